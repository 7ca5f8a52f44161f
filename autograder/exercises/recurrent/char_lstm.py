"""A language model as a module: embedding, LSTM, readout, and a state that is handed on."""

from autograder.spec import Case, Question
from autograder.spec.probes import module, probe, with_biases


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
    state = (draw.normal(1, batch, hidden), draw.normal(1, batch, hidden)) if carried else None
    return Case(((vocabulary, hidden), state_of(draw, vocabulary, hidden), (ids, state)), note=note)


def call(model, inputs):
    """Inputs that are given a gradient come one by one; the state is a pair, or None."""
    ids, state = inputs
    return model(ids) if state is None else model(ids, state)


@probe(device=False)
def observed(answer, args, returns, gradients):
    """`probes.module`, for inputs of which one is a pair of tensors."""
    build, parameters, (ids, state) = args
    if gradients and state is not None:
        state = tuple(s.requires_grad_() for s in state)
    found = module(call=lambda model, _: call(model, (ids, state)))(answer, (build, parameters, ()), returns, gradients)
    return found


question = Question(
    cases=lambda draw: [
        case(draw, 7, 5, 3, 6, note="from the beginning"),
        case(draw, 6, 4, 2, 5, carried=True, note="a state is handed in"),
        case(draw, 5, 3, 1, 1, carried=True, note="one character, as in writing"),
        case(draw, 4, 6, 4, 4, note="as many texts as characters in each"),
    ],
    returns=("logits", "h", "c"),
    probe=observed,
    gradients=True,
    answer="CharLSTM",
)

# %% what is right, and what is wrong
import torch
from torch import nn

from autograder.spec import Exercise
from gradschool.recurrent import char_lstm

exercise = Exercise(
    question,
    char_lstm.CharLSTM,
    points=5,
)


class Model(nn.Module):
    """The three layers; what students do with them is below."""

    def __init__(self, vocabulary, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, hidden)
        self.lstm = nn.LSTM(hidden, hidden, batch_first=True)
        self.readout = nn.Linear(hidden, vocabulary)


@exercise.misconception(
    "forgets the state it is given: every piece of text begins anew",
    "What does your LSTM get as its second argument?",
    "Write a word letter by letter: what does the model know of the letters before the last?",
)
class ForgetsTheState(Model):
    def forward(self, ids, state=None):
        hidden, state = self.lstm(self.embedding(ids))
        return self.readout(hidden), state


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
        hidden, state = self.lstm(self.embedding(ids), state if fits else None)
        return self.readout(hidden), state


@exercise.misconception(
    "scores only what follows the last character",
    "How many predictions can be compared with a target in a text of 64 characters?",
    "Which shape does the task give for the logits?",
)
class LastOnly(Model):
    def forward(self, ids, state=None):
        hidden, state = self.lstm(self.embedding(ids), state)
        return self.readout(hidden[:, -1]), state


@exercise.misconception(
    "returns probabilities, not scores",
    "What does the cross-entropy do to its input first?",
)
class Probabilities(Model):
    def forward(self, ids, state=None):
        hidden, state = self.lstm(self.embedding(ids), state)
        return self.readout(hidden).softmax(-1), state


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


@exercise.misconception(
    "hands on a state without a gradient",
    "Who should decide where the gradient is cut: the model, or the loop that trains it?",
)
class Detached(Model):
    def forward(self, ids, state=None):
        hidden, (h, c) = self.lstm(self.embedding(ids), state)
        return self.readout(hidden), (h.detach(), c.detach())


@exercise.misconception(
    "squashes the scores before it returns them",
    "Which numbers may a score be? Which does your last function let through?",
)
class Squashed(Model):
    def forward(self, ids, state=None):
        hidden, state = self.lstm(self.embedding(ids), state)
        return torch.tanh(self.readout(hidden)), state


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
