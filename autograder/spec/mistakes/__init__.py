"""Mistakes that several exercises share: each written once, with its id, its title and its hints.

A family is a module here: the right way of a kind of answer with the mistakes as settings, or makers of wrong answers.
A spec names the mistakes that can be made in it, and hands over its own skeleton: `made_in(epoch, NEVER_CLEARED, …)`.
"""

from autograder.spec.mistakes.common import IGNORES_THE_GENERATOR, writes_into
from autograder.spec.mistakes.mistake import Mistake, made_in

__all__ = ["IGNORES_THE_GENERATOR", "Mistake", "made_in", "writes_into"]
