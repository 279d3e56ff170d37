# For pip versions that do not read pyproject.toml (Python 3.6).
from setuptools import setup

setup(name="hagane", version="0.1.0", packages=["hagane"], python_requires=">=3.6", license="Apache-2.0")
