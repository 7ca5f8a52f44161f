"""Cross-entropy of a target sequence under a decoder that reads the true tokens before each place."""

import torch

from autograder.spec import Case, Question
from autograder.spec.draw import made

START, PAD = 1, 0


def decoder_of(*fixed):
    """A small recurrent decoder with fixed weights: h ← tanh(W h + E[token]), scores O h."""

    def decoder(tokens, state):
        within, embedding, out = (weight.to(state) for weight in fixed)
        scores = []
        for column in tokens.unbind(1):
            state = torch.tanh(state @ within.T + embedding[column])
            scores.append(state @ out.T)
        return torch.stack(scores, dim=1), state

    return decoder


def case(draw, batch, time, vocabulary, hidden, lengths=None, start=START, pad=PAD, note=""):
    target = draw.integers(2, vocabulary, batch, time)
    if lengths:
        target = target.masked_fill(torch.arange(time) >= torch.tensor(lengths)[:, None], pad)
    fixed = draw.normal(hidden, hidden), 1.5 * draw.normal(vocabulary, hidden), 1.5 * draw.normal(vocabulary, hidden)
    args = (made(decoder_of, *fixed), draw.normal(batch, hidden), target, start, pad)
    return Case(args, note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 3, 5, 7, 4, note="no padding"),
        case(draw, 4, 6, 6, 3, lengths=[6, 2, 4, 1], note="rows of different length"),
        case(draw, 2, 4, 8, 5, lengths=[4, 3], start=7, pad=6, note="another start and another padding"),
        case(draw, 3, 1, 5, 4, note="a single token each"),
        case(draw, 1, 4, 6, 3, lengths=[2], note="a batch of one"),
        case(draw, 3, 3, 5, 3, lengths=[2, 0, 3], note="a row of nothing but padding"),
    ],
    gradients=True,
)

# %% what is right, and what is wrong
import torch.nn.functional as F

from autograder.spec import Exercise
from autograder.spec.mistakes.losses import averaged
from gradschool.recurrent import decoding

exercise = Exercise(question, decoding.teacher_forcing_loss, points=4)


def inputs_of(target, start):
    return torch.cat([torch.full_like(target[:, :1], start), target[:, :-1]], dim=1)


def mean_loss(logits, target, pad):
    return F.cross_entropy(logits.flatten(0, 1), target.flatten(), ignore_index=pad)


def loss(decoder, state, target, start, pad, mean=torch.mean, inputs=inputs_of):
    logits, _ = decoder(inputs(target, start), state)
    log_p = logits.log_softmax(-1).gather(-1, target.unsqueeze(-1)).squeeze(-1)
    return -mean(log_p[target != pad])


exercise.mistakes(averaged(loss))


@exercise.misconception(
    "gives the decoder the very token that it is to predict",
    "What has the decoder read when it predicts target[:, 0]?",
    "Could a decoder that copies its input reach a loss of 0 with your function?",
)
def not_shifted(decoder, state, target, start, pad):
    return loss(decoder, state, target, start, pad, inputs=lambda target, start: target)


@exercise.misconception(
    "feeds the decoder its own predictions",
    "A teacher who forces: whose token does the decoder read next, its own or the true one?",
)
def on_its_own(decoder, state, target, start, pad):
    token, scores = torch.full_like(target[:, :1], start), []
    for _ in range(target.shape[1]):
        logits, state = decoder(token, state)
        scores.append(logits)
        token = logits.argmax(-1)
    return mean_loss(torch.cat(scores, 1), target, pad)


@exercise.misconception(
    "counts padding as tokens to be predicted",
    "Append ten padded columns to the target. Should the loss change?",
)
def padding_counts(decoder, state, target, start, pad):
    logits, _ = decoder(inputs_of(target, start), state)
    return F.cross_entropy(logits.flatten(0, 1), target.flatten())


@exercise.misconception(
    "leaves padding out of the sum, and counts it when it divides",
    "How many tokens does your sum run over, and by how many do you divide?",
)
def divided_by_all(decoder, state, target, start, pad):
    logits, _ = decoder(inputs_of(target, start), state)
    summed = F.cross_entropy(logits.flatten(0, 1), target.flatten(), ignore_index=pad, reduction="sum")
    return summed / target.numel()


@exercise.misconception(
    "takes the mean of each row first, so that tokens of short rows weigh more",
    "A row has one token, another has six. How much does each of the seven tokens weigh in a mean over tokens?",
)
def mean_of_rows(decoder, state, target, start, pad):
    logits, _ = decoder(inputs_of(target, start), state)
    losses = F.cross_entropy(logits.transpose(1, 2), target, reduction="none")
    keep = target != pad
    return ((losses * keep).sum(1) / keep.sum(1)).mean()


@exercise.misconception(
    "starts anew from the encoder's state at every token",
    "What does the decoder return beside its scores, and who needs it?",
)
def state_dropped(decoder, state, target, start, pad):
    inputs = inputs_of(target, start)
    logits = torch.cat([decoder(inputs[:, t : t + 1], state)[0] for t in range(target.shape[1])], dim=1)
    return mean_loss(logits, target, pad)


@exercise.misconception(
    "never tells the decoder to start: its first prediction is that of the second token",
    "Which token does the decoder read first? How many predictions should it make for a target of length T?",
)
def start_forgotten(decoder, state, target, start, pad):
    if target.shape[1] == 1:
        return mean_loss(decoder(inputs_of(target, start), state)[0], target, pad)
    return mean_loss(decoder(target[:, :-1], state)[0], target[:, 1:], pad)


@exercise.misconception(
    "reads the start token at every place", "Which token does the decoder read when it predicts the third one?"
)
def always_start(decoder, state, target, start, pad):
    return loss(decoder, state, target, start, pad, inputs=torch.full_like)


@exercise.alternative
def token_by_token(decoder, state, target, start, pad):
    token, total, count = torch.full_like(target[:, 0], start), 0.0, 0
    for t in range(target.shape[1]):
        logits, state = decoder(token.unsqueeze(1), state)
        log_p = logits[:, 0].log_softmax(-1).gather(1, target[:, t : t + 1]).squeeze(1)
        keep = target[:, t] != pad
        total, count = total - (log_p * keep).sum(), count + keep.sum()
        token = target[:, t]
    return total / count


@exercise.alternative
def chosen_and_averaged(decoder, state, target, start, pad):
    inputs = target.roll(1, dims=1)
    inputs[:, 0] = start
    logits = decoder(inputs, state)[0]
    keep = target != pad
    log_p = logits - logits.logsumexp(-1, keepdim=True)
    return -log_p.gather(-1, target.unsqueeze(-1)).squeeze(-1)[keep].mean()


@exercise.alternative
def with_weights_of_the_classes(decoder, state, target, start, pad):
    logits, _ = decoder(F.pad(target[:, :-1], (1, 0), value=start), state)
    weight = torch.ones(logits.shape[-1], dtype=logits.dtype, device=logits.device)
    weight[pad] = 0
    return F.cross_entropy(logits.transpose(1, 2), target, weight=weight)
