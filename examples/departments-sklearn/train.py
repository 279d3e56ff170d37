"""Learns to which section of the Debian archive a package belongs, with scikit-learn: see README.md beside this file."""

import argparse
import os
import tempfile

import joblib
from scipy.sparse import hstack
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import precision_recall_fscore_support
from sklearn.model_selection import train_test_split

from hagane import Experiment

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "departments", "data", "packages.tsv")
SEED = 20201212


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parser.add_argument("--train_size", type=float, default=0.8, help="share of the packages to learn from")
    parser.add_argument("--n_estimators", type=int, default=50, help="trees of the forest")
    parser.add_argument("--max_depth", type=int, default=32, help="questions in a row a tree may ask")
    parser.add_argument("--name_ngram_range", type=int, nargs=2, default=[1, 3], metavar=("A", "B"), help="letters of the name")
    parser.add_argument("--description_ngram_range", type=int, nargs=2, default=[1, 1], metavar=("A", "B"), help="words of the description")
    return parser.parse_args()


def read_packages():
    """Returns sections, names and descriptions, a list each."""
    with open(DATA, encoding="utf-8") as file:
        next(file)  # the head line
        return [list(column) for column in zip(*(line.rstrip("\n").split("\t") for line in file))]


def measure(labels, predicted):
    """Macro: the mean over sections, each counting the same. Micro: over all packages at once."""
    scores = {}
    for average in ("macro", "micro"):
        precision, recall, f1, _ = precision_recall_fscore_support(labels, predicted, average=average, zero_division=0)
        scores.update({"precision_" + average: precision, "recall_" + average: recall, "f1_" + average: f1})
    return scores


def main():
    args = read_arguments()
    experiment = Experiment()
    sections, names, descriptions = read_packages()
    parts = train_test_split(sections, names, descriptions, train_size=args.train_size, random_state=SEED, stratify=sections)
    labels, test_labels, names, test_names, descriptions, test_descriptions = parts
    print("%d packages to learn from, %d to test with" % (len(labels), len(test_labels)))

    of_name = TfidfVectorizer(analyzer="char_wb", ngram_range=tuple(args.name_ngram_range), min_df=2)
    of_description = TfidfVectorizer(ngram_range=tuple(args.description_ngram_range), min_df=2)
    rows = hstack([of_name.fit_transform(names), of_description.fit_transform(descriptions)]).tocsr()
    test_rows = hstack([of_name.transform(test_names), of_description.transform(test_descriptions)]).tocsr()

    model = RandomForestClassifier(n_estimators=args.n_estimators, max_depth=args.max_depth, random_state=SEED)
    model.fit(rows, labels)
    scores = measure(test_labels, model.predict(test_rows))
    experiment.log_metrics(**scores)
    print("f1_macro %.4f" % scores["f1_macro"])

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.joblib")
        joblib.dump({"of_name": of_name, "of_description": of_description, "model": model}, path, compress=3)
        experiment.log_output(path)


main()
