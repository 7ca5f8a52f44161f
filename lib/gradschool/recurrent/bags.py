"""Texts as bags of words: which words are in them and how often, and no longer in which order."""

import torch
from jaxtyping import Float, Integer
from torch import Tensor

from gradschool.checks import check_indices
from gradschool.recurrent import corpus


def bag_of_words(ids: Integer[Tensor, "texts places"], vocabulary: int) -> Float[Tensor, "texts vocabulary"]:
    """How often each token occurs in each text; token 0 is padding and is not counted.

    Args:
        ids: whole numbers from 0 to `vocabulary` - 1.
        vocabulary: how many different tokens there are, the padding among them.

    Raises:
        ValueError: an id outside of the vocabulary.

    Source:
        Harris (1954), Distributional structure.
    """
    check_indices(ids, vocabulary, "ids")
    counts = torch.zeros(len(ids), vocabulary, device=ids.device)
    counts.scatter_add_(1, ids.long(), (ids != 0).to(counts.dtype))
    return counts


def inverse_document_frequency(bags: Float[Tensor, "texts vocabulary"]) -> Float[Tensor, " vocabulary"]:
    """log((1 + n) / (1 + df)) + 1 for each word, where df of the n texts hold it: the rarer, the heavier.

    Source:
        Spärck Jones (1972); smoothed as in scikit-learn's TfidfVectorizer.
    """
    present = (bags > 0).sum(dim=0)
    return torch.log((1 + len(bags)) / (1 + present)) + 1


def tf_idf(
    bags: Float[Tensor, "texts vocabulary"], idf: Float[Tensor, " vocabulary"]
) -> Float[Tensor, "texts vocabulary"]:
    """Counts weighted by `idf`, each text scaled to length 1; a text without a word stays at zero.

    Args:
        bags: counts, from 0 on.
        idf: one weight for each word, from the training texts alone.

    Source:
        Salton & Buckley (1988), Term-weighting approaches in automatic text retrieval.
    """
    weighted = bags * idf
    length: Tensor = weighted.norm(dim=1, keepdim=True)
    return weighted / length.clamp(min=1e-12)


def sentences_by_topic(topics: list[str], shortest: int = 6, longest: int = 40) -> list[tuple[list[str], int]]:
    """Sentences of some topics of the Python reference as words, each with the index of its topic; no sentence twice.

    Sentences that stand under several of the topics are left out.

    Args:
        topics: names of topics, as `help("topics")` lists them in small letters.
        shortest, longest: how many words, signs among them, a sentence has.

    Raises:
        KeyError: a topic that the reference does not have.
    """
    found: dict[tuple[str, ...], set[int]] = {}
    for index, topic in enumerate(topics):
        paragraphs = (" ".join(paragraph.split()) for paragraph in corpus.topics()[topic].split("\n\n"))
        for sentence in corpus.sentences("\n".join(paragraphs)):
            words = tuple(corpus.words(sentence))
            if shortest <= len(words) <= longest:
                found.setdefault(words, set()).add(index)
    return [(list(words), min(where)) for words, where in found.items() if len(where) == 1]


def half_scrambled(sentences: list[list[str]], generator: torch.Generator) -> list[tuple[list[str], int]]:
    """Every second sentence with its words in random order, class 1; the others as they are, class 0."""
    mixed = []
    for i, sentence in enumerate(sentences):
        order = torch.randperm(len(sentence), generator=generator).tolist()
        mixed.append(([sentence[j] for j in order], 1) if i % 2 else (sentence, 0))
    return mixed


# The same elsewhere: sklearn.feature_extraction.text.CountVectorizer and TfidfVectorizer make these from strings.
