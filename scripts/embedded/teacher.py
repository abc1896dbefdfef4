"""Whom a small network learns from: a linear model over words and letters, and earlier networks.

What single words say it knows better than a network that has seen each request several times and
remembers it whole. So the network is shown pieces of requests, and what the teacher thinks of them.
"""

import random
from collections.abc import Sequence
from typing import Protocol

from numpy import float32
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline, make_pipeline, make_union

LETTERS = 60_000
"""Groups of letters that are looked at, at most."""


class Teacher(Protocol):
    """Somebody who reads requests."""

    def chances(self, texts: Sequence[str]) -> NDArray[float32]:
        """Of each text how likely it is each role's, (N, 5)."""


class Together:
    """What several think on average; they err in different places."""

    def __init__(self, teachers: Sequence[Teacher]) -> None:
        self._teachers = teachers

    def chances(self, texts: Sequence[str]) -> NDArray[float32]:
        """As of one."""
        told = [teacher.chances(texts) for teacher in self._teachers]
        mean: NDArray[float32] = sum(told[1:], told[0]) / float32(len(told))
        return mean


class Linear:
    """TF-IDF and a logistic regression a role."""

    def __init__(self, texts: Sequence[str], roles: Sequence[Sequence[float]]) -> None:
        """`roles`: of each text 1.0 or 0.0 a role."""
        words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
        letters = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(2, 5), max_features=LETTERS, sublinear_tf=True
        )
        decides = OneVsRestClassifier(LogisticRegression(C=10, max_iter=200), n_jobs=2)
        self._model: Pipeline = make_pipeline(make_union(words, letters), decides)
        self._model.fit(texts, [[int(one) for one in of] for of in roles])

    def chances(self, texts: Sequence[str]) -> NDArray[float32]:
        """Of each text how likely it is each role's, (N, 5)."""
        told: NDArray[float32] = self._model.predict_proba(texts).astype(float32)
        return told


def piece(text: str) -> str:
    """Some words of it: a part in a row, or with gaps."""
    words = text.split(" ")
    if random.random() < 0.5:
        kept = [word for word in words if random.random() < 0.7]
        return " ".join(kept) or text
    count = max(1, round(len(words) * random.uniform(0.3, 0.9)))
    start = random.randint(0, len(words) - count)
    return " ".join(words[start : start + count])
