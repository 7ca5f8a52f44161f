"""A language model as a module: embedding, LSTM, readout, and a state that is handed on."""

from autograder.spec import Case, Question
from autograder.spec.probes import has_parts, module, probe, with_biases


def state_of(draw, vocabulary, hidden):
    """Parameters under the names of the task, of a size at which every gate is used."""
    gates = 4 * hidden
    lstm = {
        "weight_ih_l0": (gates, hidden),
        "weight_hh_l0": (gates, hidden),
        "bias_ih_l0": (gates,),
        "bias_hh_l0": (gates,),
    }
    shapes = {"embedding.weight": (vocabulary, hidden), **{f"lstm.{name}": shape for name, shape in lstm.items()}}
    shapes |= with_biases(readout=(vocabulary, hidden))
    return {name: 0.7 * draw.normal(*shape) for name, shape in shapes.items()}


def case(draw, vocabulary, hidden, batch, time, carried=False, note=""):
    ids = draw.integers(0, vocabulary, batch, time)
    ids[0, 0], ids[-1, -1] = vocabulary - 1, 0  # the first character and the last are characters like any other
    state = (draw.normal(1, batch, hidden), draw.normal(1, batch, hidden)) if carried else None
    return Case(((vocabulary, hidden), state_of(draw, vocabulary, hidden), (ids, state)), note=note)


def without_a_state(draw):
    build, parameters, (ids, _) = case(draw, 5, 4, 2, 3).args
    return Case((build, parameters, (ids,)), note="called with ids alone")


@probe("built with", "parameters", "called with", device=False)
def observed(answer, args, returns, gradients):
    """`probes.module`, for inputs of which one is a pair of tensors, or None; seen is the second call, of another text.

    A model that remembers the first one goes on from there.
    """
    build, parameters, (ids, *state) = args
    if gradients and state and state[0] is not None:
        state = [tuple(s.requires_grad_() for s in state[0])]
    packed = []

    def call(model, _):
        model(ids.flip(1), *state)
        returned = model(ids, *state)
        packed.append(has_parts(returned, 0, 2))
        return returned

    found = module(call=call)(answer, (build, parameters, ()), returns, gradients)
    return found if gradients else found | {"packed as (logits, (h, c))": packed[-1]}


question = Question(
    cases=lambda draw: [
        case(draw, 7, 5, 3, 6, note="from the beginning"),
        case(draw, 6, 4, 2, 5, carried=True, note="a state is handed in"),
        case(draw, 5, 3, 1, 1, carried=True, note="one character, as in writing"),
        case(draw, 4, 6, 4, 4, note="as many texts as characters in each"),
    ],
    defaults=lambda draw: [without_a_state(draw)],
    returns=("logits", "h", "c"),
    probe=observed,
    gives="`(logits, (h, c))`: three tensors, two of them as a pair",
    gradients=True,
    answer="CharLSTM",
)

# %% what is right, and what is wrong
import torch
from torch import nn

from autograder.spec import Exercise
from autograder.spec.mistakes import recurrent_cells as rc
from autograder.spec.mistakes.networks import RETURNS_PROBABILITIES
from gradschool.recurrent import char_lstm

exercise = Exercise(question, char_lstm.CharLSTM, points=5, shares={"packed as (logits, (h, c))": 0.5})


class Model(nn.Module):
    """The right way; what students do with its three layers is below."""

    def __init__(self, vocabulary, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, hidden)
        self.lstm = nn.LSTM(hidden, hidden, batch_first=True)
        self.readout = nn.Linear(hidden, vocabulary)

    def forward(self, ids, state=None):
        hidden, state = self.lstm(self.embedding(ids), state)
        return self.readout(hidden), state


@exercise.mistake(
    rc.STATE_IGNORED.hinted(
        "What does your LSTM get as its second argument?",
        "Write a word letter by letter: what does the model know of the letters before the last?",
    )
)
class ForgetsTheState(Model):
    def forward(self, ids, state=None):
        return super().forward(ids)


@exercise.misconception(
    "reads the batch as time: axes exchanged",
    "Which axis does `nn.LSTM` take for time unless told otherwise?",
    "Change one text of a batch. May the scores of another one change?",
)
class TimeFirst(Model):
    def forward(self, ids, state=None):
        hidden, (h, c) = self.lstm(self.embedding(ids).transpose(0, 1))
        return self.readout(hidden.transpose(0, 1)), (h, c)


@exercise.misconception(
    "takes axis 0 for time, as nn.LSTM does unless told otherwise",
    "Which axis of `ids` counts the characters?",
    "Change one text of a batch. May the scores of another one change?",
)
class BatchFirstForgotten(Model):
    def __init__(self, vocabulary, hidden):
        super().__init__(vocabulary, hidden)
        self.lstm = nn.LSTM(hidden, hidden)

    def forward(self, ids, state=None):
        fits = state is not None and state[0].shape[1] == ids.shape[1]
        return super().forward(ids, state if fits else None)


@exercise.misconception(
    "scores only what follows the last character",
    "How many predictions can be compared with a target in a text of 64 characters?",
    "Which shape does the task give for the logits?",
)
class LastOnly(Model):
    def forward(self, ids, state=None):
        scores, state = super().forward(ids, state)
        return scores[:, -1], state


@exercise.mistake(RETURNS_PROBABILITIES)
class Probabilities(Model):
    def forward(self, ids, state=None):
        scores, state = super().forward(ids, state)
        return scores.softmax(-1), state


@exercise.misconception(
    "reads out the memory cell, not the output",
    "What does `nn.LSTM` return first, and what is in the pair that it returns second?",
)
class ReadsTheCell(Model):
    def forward(self, ids, state=None):
        cells = []
        for t in range(ids.shape[1]):
            _, state = self.lstm(self.embedding(ids[:, t : t + 1]), state)
            cells.append(state[1][0])
        return self.readout(torch.stack(cells, 1)), state


@exercise.mistake(
    rc.GRADIENT_CUT.hinted("Who should decide where the gradient is cut: the model, or the loop that trains it?")
)
class Detached(Model):
    def forward(self, ids, state=None):
        scores, (h, c) = super().forward(ids, state)
        return scores, (h.detach(), c.detach())


@exercise.misconception(
    "squashes the scores before it returns them",
    "Which numbers may a score be? Which does your last function let through?",
)
class Squashed(Model):
    def forward(self, ids, state=None):
        scores, state = super().forward(ids, state)
        return torch.tanh(scores), state


@exercise.misconception(
    "keeps the last state to itself, and goes on from it when it is given none",
    "Ask the same model about two texts, one after the other. May the first change the scores of the second?",
    "Who decides where a text begins: the model, or who calls it?",
)
class Remembers(Model):
    last = None

    def forward(self, ids, state=None):
        fits = self.last is not None and self.last[0].shape[1] == len(ids)
        scores, state = super().forward(ids, self.last if state is None and fits else state)
        self.last = tuple(s.detach() for s in state)
        return scores, state


@exercise.alternative
class CharacterByCharacter(Model):
    def forward(self, ids, state=None):
        scores = []
        for column in ids.unbind(1):
            hidden, state = self.lstm(self.embedding(column).unsqueeze(1), state)
            scores.append(self.readout(hidden[:, 0]))
        return torch.stack(scores, dim=1), state


@exercise.alternative
class TimeInFront(Model):
    def forward(self, ids, state=None):
        self.lstm.batch_first = False
        hidden, state = self.lstm(self.embedding(ids.T), state)
        return self.readout(hidden).transpose(0, 1), state


@exercise.alternative
class StartsFromZeros(Model):
    def forward(self, ids, state=None):
        if state is None:
            zeros = self.readout.weight.new_zeros(1, len(ids), self.lstm.hidden_size)
            state = zeros, zeros.clone()
        one_hot = nn.functional.one_hot(ids, self.embedding.num_embeddings).to(self.readout.weight.dtype)
        hidden, (h, c) = self.lstm(one_hot @ self.embedding.weight, state)
        return hidden @ self.readout.weight.T + self.readout.bias, (h, c)
