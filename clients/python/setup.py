# For old versions of pip (Python 3.6), which do not read pyproject.toml.
from setuptools import setup

setup(name="hagane", version="0.1.0", packages=["hagane"], python_requires=">=3.6", license="Apache-2.0")
