"""Learns to which section of the Debian archive a package belongs, from its name and its short description.

    python train.py --model linear --name_ngram_range 1 3 --description_ngram_range 1 2

Needs nothing but Python. Every run with the same parameters gives the same result.
"""

import argparse
import json
import math
import os
import random
import tempfile
from collections import Counter, defaultdict

from hagane import Experiment

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "packages.tsv")
SEED = 20201212


# ---- Data ----


def read_packages():
    """Returns a list of (section, name, description)."""
    with open(DATA, encoding="utf-8") as file:
        next(file)  # the head line
        return [line.rstrip("\n").split("\t") for line in file]


def ngrams(items, shortest, longest, prefix, between):
    """All runs of `shortest` to `longest` neighbours: "n:vi", "n:im" for the letters of "vim" taken by two."""
    found = set()
    for length in range(shortest, longest + 1):
        for start in range(len(items) - length + 1):
            found.add(prefix + between.join(items[start : start + length]))
    return found


def features_of(name, description, args):
    """What a model sees of a package: groups of letters of its name, groups of words of its description."""
    letters = ngrams(name, args.name_ngram_range[0], args.name_ngram_range[1], "n:", "")
    words = description.lower().replace(",", " ").replace("/", " ").split()
    phrases = ngrams(words, args.description_ngram_range[0], args.description_ngram_range[1], "d:", " ")
    return letters | phrases


def choose_features(texts):
    """Gives a number to each feature that at least two packages have."""
    count = Counter()
    for features in texts:
        count.update(features)
    return {feature: number for number, feature in enumerate(sorted(f for f in count if count[f] >= 2))}


def to_numbers(features, vocabulary):
    return sorted(vocabulary[feature] for feature in features if feature in vocabulary)


def prepare(args):
    """Returns the names of the sections, the vocabulary, and (rows, labels) for training and for testing."""
    packages = read_packages()
    random.Random(SEED).shuffle(packages)
    sections = sorted(set(section for section, _, _ in packages))
    texts = [features_of(name, description, args) for _, name, description in packages]
    cut = int(len(packages) * args.train_size)
    vocabulary = choose_features(texts[:cut])
    rows = [to_numbers(features, vocabulary) for features in texts]
    labels = [sections.index(section) for section, _, _ in packages]
    return sections, vocabulary, (rows[:cut], labels[:cut]), (rows[cut:], labels[cut:])


# ---- Linear model: softmax regression by stochastic gradient descent ----


class LinearModel:
    """A weight for each section and feature; the section with the largest sum wins."""

    def __init__(self, n_sections, n_features, args):
        self.weights = [[0.0] * n_features for _ in range(n_sections)]
        self.rate = args.learning_rate
        self.random = random.Random(SEED)

    def train_round(self, rows, labels):
        """One pass over all packages, in a new order each time."""
        order = list(range(len(rows)))
        self.random.shuffle(order)
        for i in order:
            self.learn(rows[i], labels[i])

    def learn(self, row, label):
        for section, probability in enumerate(softmax(self.scores(row))):
            error = (1.0 if section == label else 0.0) - probability
            if abs(error) > 0.02:  # smaller ones change nothing and cost time
                step = self.rate * error
                weight = self.weights[section]
                for feature in row:
                    weight[feature] += step

    def scores(self, row):
        return [sum(map(weight.__getitem__, row)) for weight in self.weights]

    def predict(self, rows):
        return [best_of(self.scores(row)) for row in rows]

    def to_json(self):
        return [{str(f): round(w, 3) for f, w in enumerate(weight) if abs(w) >= 0.001} for weight in self.weights]


def softmax(scores):
    highest = max(scores)
    exponents = [math.exp(score - highest) for score in scores]
    total = sum(exponents)
    return [exponent / total for exponent in exponents]


def best_of(scores):
    return scores.index(max(scores))


# ---- Tree model: boosted decision trees (AdaBoost for several classes, "SAMME") ----


FREQUENT = 600  # only features that many packages have are asked for
CANDIDATES = 60  # so many of them, drawn by lot, are tried at each branch


class TreeModel:
    """Trees that vote. Each new tree minds most what the trees before it got wrong."""

    def __init__(self, n_sections, n_features, args):
        self.n_sections = n_sections
        self.max_depth = args.max_depth
        self.rate = args.learning_rate
        self.random = random.Random(SEED)
        self.trees = []  # pairs of (vote, tree)
        self.importance = None  # how much each training package counts

    def train_round(self, rows, labels):
        """Grows one tree."""
        if self.importance is None:
            self.importance = [1.0 / len(rows)] * len(rows)
            self.having = packages_by_feature(rows)
            self.frequent = sorted(self.having, key=lambda f: (-len(self.having[f]), f))[:FREQUENT]
        tree = self.grow(set(range(len(rows))), labels, self.max_depth)
        wrong = [i for i, row in enumerate(rows) if follow(tree, set(row)) != labels[i]]
        self.reweigh(tree, wrong)

    def reweigh(self, tree, wrong):
        error = min(max(sum(self.importance[i] for i in wrong), 1e-6), 1 - 1e-6)
        vote = self.rate * (math.log((1 - error) / error) + math.log(self.n_sections - 1))
        if vote <= 0:
            return  # no better than chance
        self.trees.append((vote, tree))
        for i in wrong:
            self.importance[i] *= math.exp(vote)
        total = sum(self.importance)
        self.importance = [value / total for value in self.importance]

    def grow(self, packages, labels, depth):
        """A tree is a section (a leaf) or [feature, tree with it, tree without it]."""
        sums = self.sums_by_section(packages, labels)
        if depth == 0 or len(packages) < 4 or max(sums) > 0.99 * sum(sums):
            return best_of(sums)
        feature = self.best_feature(packages, labels, sums)
        if feature is None:
            return best_of(sums)
        inside = packages & self.having[feature]
        return [feature, self.grow(inside, labels, depth - 1), self.grow(packages - inside, labels, depth - 1)]

    def best_feature(self, packages, labels, sums):
        best, best_purity = None, purity(sums) + 1e-9
        for feature in self.random.sample(self.frequent, min(CANDIDATES, len(self.frequent))):
            inside = packages & self.having[feature]
            if not inside or len(inside) == len(packages):
                continue
            with_it = self.sums_by_section(inside, labels)
            without_it = [max(0.0, all_of - some) for all_of, some in zip(sums, with_it)]
            value = purity(with_it) + purity(without_it)
            if value > best_purity:
                best, best_purity = feature, value
        return best

    def sums_by_section(self, packages, labels):
        sums = [0.0] * self.n_sections
        for i in packages:
            sums[labels[i]] += self.importance[i]
        return sums

    def predict(self, rows):
        return [self.vote(set(row)) for row in rows]

    def vote(self, features):
        votes = [0.0] * self.n_sections
        for vote, tree in self.trees:
            votes[follow(tree, features)] += vote
        return best_of(votes)

    def to_json(self):
        return [{"vote": round(vote, 6), "tree": tree} for vote, tree in self.trees]


def packages_by_feature(rows):
    having = defaultdict(set)
    for i, row in enumerate(rows):
        for feature in row:
            having[feature].add(i)
    return having


def follow(tree, features):
    while isinstance(tree, list):
        tree = tree[1] if tree[0] in features else tree[2]
    return tree


def purity(sums):
    """Largest when one section has everything (what the Gini impurity measures, turned round)."""
    total = sum(sums)
    return sum(value * value for value in sums) / total if total > 0 else 0.0


# ---- Measuring ----


def ratio(part, whole):
    return part / whole if whole else 0.0


def f1(precision, recall):
    return ratio(2 * precision * recall, precision + recall)


def measure(predicted, labels, n_sections):
    """Macro: the mean over sections, each counting the same. Micro: over all packages at once."""
    right = Counter(label for guess, label in zip(predicted, labels) if guess == label)
    guessed, real = Counter(predicted), Counter(labels)
    precisions = [ratio(right[s], guessed[s]) for s in range(n_sections)]
    recalls = [ratio(right[s], real[s]) for s in range(n_sections)]
    precision_micro = ratio(sum(right.values()), sum(guessed.values()))
    recall_micro = ratio(sum(right.values()), sum(real.values()))
    return {
        "precision_macro": sum(precisions) / n_sections,
        "recall_macro": sum(recalls) / n_sections,
        "f1_macro": sum(map(f1, precisions, recalls)) / n_sections,
        "precision_micro": precision_micro,
        "recall_micro": recall_micro,
        "f1_micro": f1(precision_micro, recall_micro),
    }


# ---- The experiment ----


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", choices=["linear", "tree"], default="linear")
    parser.add_argument("--train_size", type=float, default=0.8, help="share of the packages to learn from")
    parser.add_argument("--name_ngram_range", type=int, nargs=2, default=[1, 3], metavar=("A", "B"), help="letters of the name")
    parser.add_argument("--description_ngram_range", type=int, nargs=2, default=[1, 1], metavar=("A", "B"), help="words of the description")
    parser.add_argument("--n_estimators", type=int, default=10, help="rounds: trees to grow, or passes of the linear model")
    parser.add_argument("--max_depth", type=int, default=7, help="questions in a row a tree may ask (tree only)")
    parser.add_argument("--learning_rate", type=float, default=0.3, help="how much each round changes")
    return parser.parse_args()


def save_model(experiment, model, sections, vocabulary, args):
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "model.json")
    content = {"parameters": vars(args), "sections": sections, "features": sorted(vocabulary), "model": model.to_json()}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(content, file, separators=(",", ":"))
    experiment.log_output(path)
    os.remove(path)
    os.rmdir(folder)


def main():
    args = read_arguments()
    experiment = Experiment()
    sections, vocabulary, (rows, labels), (test_rows, test_labels) = prepare(args)
    print("%d packages to learn from, %d to test with, %d features" % (len(rows), len(test_rows), len(vocabulary)))
    kind = LinearModel if args.model == "linear" else TreeModel
    model = kind(len(sections), len(vocabulary), args)
    for number in range(1, args.n_estimators + 1):
        model.train_round(rows, labels)
        scores = measure(model.predict(test_rows), test_labels, len(sections))
        experiment.log_metrics(step=number, **scores)
        print("round %d: f1_macro %.4f" % (number, scores["f1_macro"]))
    save_model(experiment, model, sections, vocabulary, args)


main()
