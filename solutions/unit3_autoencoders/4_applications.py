# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What are autoencoders good for, and what does the job as well without one?
#
# Four applications stand in every set of notes: removing noise, finding anomalies, compressing, and
# learning from few labels. Here each of them is put to work, on real images, measured, and set
# beside the simplest thing that a sober person would try instead. Sometimes the network wins,
# sometimes it does not, and each time there is a reason.

# %% tags=["setup"]
from functools import partial
from itertools import pairwise

import torch
import torch.nn.functional as F
from scipy.ndimage import gaussian_filter
from sklearn.linear_model import LogisticRegression
from torch import nn

from autograder import check, use
from gradschool import data
from gradschool.autoencoders.compression import dct_basis, principal_basis, projected
from gradschool.autoencoders.pictures.applications import (
    against,
    image_row,
    roc_curves,
    score_histogram,
    side_by_side,
)
from gradschool.training import Spread, accuracy, fit, generator, over_seeds, seeded
from gradschool.widgets import explore, predict

# %% [markdown]
# ## How good is a picture?
#
# The mean squared error of a picture is a number that nobody can picture. So it is compared with
# the largest value that a pixel can have, and, because errors range over many powers of ten, on a
# logarithmic scale:
#
# $$\mathrm{PSNR} = 10 \log_{10} \frac{\mathrm{peak}^2}{\mathrm{MSE}} \quad \text{decibels}.$$
#
# Ten decibels more mean a tenth of the squared error. On photographs, 20 dB look noisy, 30 fair,
# and above 40 most people see nothing any more.
#
# ### Exercise: `psnr` &nbsp; ●○○ &nbsp; 6 minutes
#
# - `clean`, `image`: `(batch, ...)`, any number of pixel axes. `peak`: 1 unless given, 255 for
#   pixels that are bytes.
# - Returns `(batch,)`, the peak signal-to-noise ratio of **each image**, in decibels. An image
#   without any error has infinitely many: let it.


# %% answer="psnr"
def psnr(clean, image, peak=1.0):
    ### BEGIN SOLUTION
    squared = (clean - image).square().flatten(1)  # (batch, pixels)
    return 10 * torch.log10(peak**2 / squared.mean(dim=1))
    ### END SOLUTION


# %% check="psnr"
check("psnr")

# %% [markdown]
# > **A common mistake.** "The average PSNR of a test set is the PSNR of its average error." The
# > PSNR is a convex function of the error, so that the first is never below the second (Jensen).
# > Take one image with 10 dB and one with 50, and whenever you report an average, say which one it
# > is.

# %%
quality = use("psnr")
errors = torch.tensor([[0.1**0.5] * 4, [1e-5**0.5] * 4]).double()  # two images of four pixels
each = quality(torch.zeros(2, 4).double(), errors)
together = quality(torch.zeros(1, 8).double(), errors.reshape(1, 8)).item()
print(
    f"each: {each[0]:.3g} and {each[1]:.3g} dB; their average {each.mean():.3g}; "
    f"of the average error {together:.3g}"
)

# %% [markdown]
# ## Removing noise from photographs
#
# A **denoising** autoencoder gets a noisy patch and has to give the clean one; the noise is drawn
# anew each time. Ours sees patches of 8×8 pixels of one photograph (a temple in China) and is then
# let loose on another one (a flower) with noise of standard deviation 0.2. It slides over the
# picture one pixel at a time, and where its answers overlap they are averaged. Each patch's mean is
# taken out before and put back afterwards, so that the network only has to know shapes, not
# brightness.
#
# The sober alternative is a blur: average each pixel with its neighbours, weighted by a Gaussian.
# It knows one thing about pictures, that neighbours are alike, and it is given the best width that
# there is for *this* picture, which in practice nobody could know.

# %%
SIDE, SIGMA = 8, 0.2
temple, flower = (data.photograph(name).mean(dim=0).double() for name in ("china", "flower"))
patches = temple.unfold(0, SIDE, 4).unfold(1, SIDE, 4).reshape(-1, SIDE * SIDE)  # (16695, 64)
target = flower[100:292, 160:480]  # (192, 320)


def with_noise(images, sigma, chance):
    return images + sigma * torch.randn(images.shape, generator=chance).double()


def denoiser(seed, rounds=3):
    """64 → 128 → 64, trained on the temple's patches with new noise in each round."""
    chance = generator(seed)
    with seeded(seed):
        net = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 64)).double()
    optimizer = torch.optim.Adam(net.parameters(), 2e-3)
    for _ in range(rounds):
        noisy = with_noise(patches, SIGMA, chance)
        level = noisy.mean(dim=1, keepdim=True)
        fit(
            net,
            noisy - level,
            patches - level,
            F.mse_loss,
            optimizer,
            epochs=1,
            size=128,
            seed=seed,
        )
    return net


def slid(net, image):
    """The network at every place of the image, overlapping answers averaged."""
    seen = image.unfold(0, SIDE, 1).unfold(1, SIDE, 1).reshape(-1, SIDE * SIDE)  # (places, 64)
    level = seen.mean(dim=1, keepdim=True)
    with torch.no_grad():
        said = net(seen - level) + level
    summed = F.fold(said.T.unsqueeze(0), image.shape, SIDE)
    return (summed / F.fold(torch.ones_like(said).T.unsqueeze(0), image.shape, SIDE)).reshape(
        image.shape
    )


def decibels(image, clean=target):
    return quality(clean.unsqueeze(0), image.unsqueeze(0)).item()


def blurred(image):
    """By the width that turns out best for this picture."""
    widths = (0.6, 0.8, 1.0, 1.25, 1.5, 2.0)
    return max((torch.from_numpy(gaussian_filter(image.numpy(), w)) for w in widths), key=decibels)


noisy = [with_noise(target, SIGMA, generator(seed)) for seed in (0, 1, 2)]
by_blur = [blurred(image) for image in noisy]
predict(
    f"The noisy flower has 14 dB, and {decibels(by_blur[0]):.3g} dB after the best blur. "
    "And after the network that was trained on another photograph?",
    answer=lambda: decibels(slid(denoiser(0), noisy[0])),
    unit="dB",
    low=0,
    high=50,
)

# %%
by_denoiser = [slid(denoiser(seed), image) for seed, image in enumerate(noisy)]
for name, images in {
    "noisy": noisy,
    "best blur": by_blur,
    "denoising autoencoder": by_denoiser,
}.items():
    print(f"{name:22s} {Spread(tuple(map(decibels, images))):.3g} dB")
side_by_side({"noisy": noisy[0], "best blur": by_blur[0], "denoising autoencoder": by_denoiser[0]})

# %% [markdown]
# Ten decibels, and of these the blur has nearly all. What is left for the network is to know where
# *not* to average: it keeps edges. That is worth four tenths of a decibel on every seed, after a
# second of training on one photograph. With far more data, layers and days, Zhang and others (2017)
# are 0.6 dB above BM3D and 0.4 dB above WNNM, two of the best methods made by hand, and these are
# far above a blur.
#
# ### Where there is more to know
#
# A prior is worth what it excludes. Photographs can show anything; digits are only ten things. The
# same network on the scans, against the blur and against the **best linear** estimate there is,
# Wiener's, which knows mean and covariance $C$ of the digits:
# $\hat x = m + C (C + \sigma^2 I)^{-1} (y - m)$.

# %%
digits = data.digits()
x, held_out = digits.train.x.double(), digits.test.x.double()  # (1437, 64), (360, 64)
mean, covariance = x.mean(dim=0), x.T.cov()
DIGIT_NOISE = 0.3


def digit_denoiser(seed, rounds=20):
    chance = generator(seed)
    with seeded(seed):
        net = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 64)).double()
    optimizer = torch.optim.Adam(net.parameters(), 3e-3)
    for _ in range(rounds):
        fit(net, with_noise(x, DIGIT_NOISE, chance), x, F.mse_loss, optimizer, epochs=1, seed=seed)
    return net


def gain(method, seed):
    given = with_noise(held_out, DIGIT_NOISE, generator(100 + seed))
    return quality(held_out, method(given).clamp(0, 1)).mean().item()


def blur_digits(given):
    widths = (0.4, 0.5, 0.6, 0.8)
    flat = given.reshape(-1, 8, 8).numpy()
    options = [torch.from_numpy(gaussian_filter(flat, (0, w, w))).reshape(-1, 64) for w in widths]
    return max(options, key=lambda image: quality(held_out, image).mean())


filter_matrix = covariance @ torch.linalg.inv(covariance + DIGIT_NOISE**2 * torch.eye(64).double())
cleaners = [digit_denoiser(seed) for seed in (0, 1, 2)]
rows = {
    "noisy": [gain(lambda given: given, s) for s in (0, 1, 2)],
    "best blur": [gain(blur_digits, s) for s in (0, 1, 2)],
    "best linear": [
        gain(lambda given: mean + (given - mean) @ filter_matrix, s) for s in (0, 1, 2)
    ],
    "autoencoder": [gain(torch.no_grad()(net), s) for s, net in enumerate(cleaners)],
}
for name, found in rows.items():
    print(f"{name:12s} {Spread(tuple(found)):.3g} dB, average over 360 held-out digits")
given = with_noise(held_out[:9], DIGIT_NOISE, generator(100))
with torch.no_grad():
    shown = {
        "noisy": given,
        "best linear": mean + (given - mean) @ filter_matrix,
        "autoencoder": cleaners[0](given),
        "clean": held_out[:9],
    }
image_row({name: list(images.reshape(-1, 8, 8)) for name, images in shown.items()})

# %% [markdown]
# Now the network is nearly three decibels above the blur. But 2.4 of them are had by a single
# matrix; its own share is what is *not* linear about digits. (All results are cut to 0 … 1, which
# alone is worth two decibels and a half to the noisy ones: a prior, too.)
#
# ## Finding what does not belong
#
# Train on what is normal, and look at how badly something new is reconstructed: what an autoencoder
# has never seen it should not be able to draw. No example of an anomaly is needed.
#
# ### Exercise: `anomaly_scores` &nbsp; ●●○ &nbsp; 12 minutes
#
# - `net`: an autoencoder, called with a batch; its outputs have the shape of its inputs. `x`:
#   `(batch, ...)`.
# - Returns `(batch,)`: for each sample the mean squared error over its pixels. The larger, the
#   stranger.
# - A score belongs to its sample: neighbours in the batch must not matter, nor chance. So the
#   network is asked in **evaluation** mode. Somebody may call you in the middle of training: leave
#   it **in the mode in which it came**, and hang no graph on the scores.


# %% answer="anomaly_scores"
def anomaly_scores(net, x):
    ### BEGIN SOLUTION
    mode = net.training
    net.eval()
    with torch.no_grad():
        squared = (net(x) - x) ** 2
    net.train(mode)
    return squared.flatten(1).mean(dim=1)
    ### END SOLUTION


# %% check="anomaly_scores"
check("anomaly_scores")

# %% [markdown]
# ### How well does a score part two kinds?
#
# Each threshold gives two shares: how many anomalies lie above it (hits), and how many normal
# samples (false alarms). Over all thresholds these pairs make the **ROC curve**; the area under it
# is one number for the score itself. It has a plain meaning: the probability that a random anomaly
# scores higher than a random normal sample (Hanley and McNeil, 1982).
#
# $$\mathrm{AUC} = \frac{1}{n_+ n_-} \sum_{i\,\in\,+} \sum_{j\,\in\,-}
# \Big( [s_i > s_j] + \tfrac12 [s_i = s_j] \Big)$$
#
# ### Exercise: `roc_auc` &nbsp; ●●○ &nbsp; 15 minutes
#
# - `scores`: `(samples,)`, high means positive. `positive`: `(samples,)`, 1 or `True` for the
#   positive samples, 0 or `False` for the others; both kinds occur.
# - Returns the area. **Ties count one half**: a score that is the same for all has 0.5.
# - Comparing all pairs at once is fine here.


# %% answer="roc_auc"
def roc_auc(scores, positive):
    ### BEGIN SOLUTION
    kind = positive.bool()
    above = scores[kind].unsqueeze(1) - scores[~kind].unsqueeze(0)  # (positive, others)
    return (0.5 * (torch.sign(above) + 1)).double().mean().item()
    ### END SOLUTION


# %% check="roc_auc"
check("roc_auc")

# %% [markdown]
# Nine digits are normal, the tenth has never been seen. Three digits take their turn at being the
# anomaly, three seeds each. Two simple rivals: the reconstruction error of PCA with the same size
# of code, and no model at all, just the **distance to the nearest training digit**.

# %%
score_of, area = use("anomaly_scores"), use("roc_auc")
CODE = 8


def autoencoder(code, hidden=64):
    return nn.Sequential(
        nn.Linear(64, hidden),
        nn.ReLU(),
        nn.Linear(hidden, code),
        nn.Linear(code, hidden),
        nn.ReLU(),
        nn.Linear(hidden, 64),
    )


def trained(samples, code, seed, epochs, hidden=64):
    with seeded(seed):
        net = autoencoder(code, hidden).double()
    fit(
        net,
        samples,
        samples,
        F.mse_loss,
        torch.optim.Adam(net.parameters(), 3e-3),
        epochs=epochs,
        seed=seed,
    )
    return net


def without(digit):
    """What is normal, to train on; then what is to be judged,
    and which of it is the anomaly (scans of both parts).
    """
    strange = digits.train.y == digit
    judged = torch.cat([held_out, x[strange]])
    return (
        x[~strange],
        judged,
        torch.cat([digits.test.y == digit, torch.ones(int(strange.sum())).bool()]),
    )


def rivals(normal, judged):
    m, basis = principal_basis(normal)
    return {
        "PCA, 8 numbers": (projected(judged, m, basis[:CODE]) - judged).square().mean(dim=1),
        "nearest digit": torch.cdist(judged, normal).amin(dim=1),
    }


UNSEEN = (0, 1, 9)
judged_by, networks = {}, {}
for digit in UNSEEN:
    normal, judged, strange = without(digit)
    networks[digit] = [trained(normal, CODE, seed, epochs=20) for seed in (0, 1, 2)]
    judged_by[digit] = (
        [score_of(net, judged) for net in networks[digit]],
        rivals(normal, judged),
        strange,
    )
areas = {
    digit: Spread(tuple(area(s, strange) for s in found))
    for digit, (found, _, strange) in judged_by.items()
}
predict(
    "The nine was never seen, and 8 numbers must do for each digit. "
    "How often does an unseen nine score higher than a normal digit?",
    answer=lambda: 100 * areas[9].mean,
    unit="%",
    low=0,
    high=100,
)

# %%
for digit, (_, others, strange) in judged_by.items():
    told = ", ".join(f"{name} {area(s, strange):.2f}" for name, s in others.items())
    print(f"{digit} unseen: AUC of the autoencoder {areas[digit]:.2f}; {told}")
found, others, strange = judged_by[9]
roc_curves({"autoencoder, seed 0": found[0], **others}, strange)

# %% [markdown]
# Better than PCA on average for each of the three (for the zero, which is easy for all, one seed
# fell behind), and worse than looking for the nearest digit in the drawer, on every seed. An
# autoencoder that can draw fours and sevens is well prepared for nines: **what it reconstructs
# badly is unlike the training set, but not the other way round**. Its merit is that it needs no
# drawer: the work for a new image does not grow with the training set, and in a million pixels
# distances mean little.
#
# ### A threshold
#
# The area tells how good the score is. A decision needs a threshold, and the choice is about costs.
# Without anomalies at hand, choose by false alarms: the threshold that 5 % of *held-out normal*
# samples exceed. Move it:

# %%
normal_scores, strange_scores = found[0][~strange], found[0][strange]


def with_threshold(false_alarms=5):
    """False alarms in per cent."""
    return score_histogram(
        normal_scores,
        strange_scores,
        float(normal_scores.quantile(1 - false_alarms / 100)),
        "reconstruction error",
    )


explore(with_threshold, false_alarms=(1, 30))

# %% [markdown]
# Not from the training samples: their errors are smaller than those of new samples, because the
# network was fitted to them. See what happens to the 5 %:


# %%
def alarms(seed, digit=9):
    """Share of new normal digits above the threshold that 5 % of the
    training digits exceed, in %.
    """
    threshold = score_of(networks[digit][seed], without(digit)[0]).quantile(0.95)
    scores, _, strange = judged_by[digit]
    return 100 * (scores[seed][~strange] > threshold).double().mean().item()


print(
    "false alarms on new digits, with the threshold from training digits: "
    f"{over_seeds(alarms):.2g} %"
)

# %% [markdown]
# ## Compression
#
# Rate against distortion: how many numbers are kept, and how many decibels come back. Three ways to
# turn a digit of 64 pixels into $k$ numbers:
#
# - the **discrete cosine transform**, fixed before anyone has seen a digit, lowest frequencies
#   first. A block of 8×8 pixels is what a JPEG file is made of;
# - **principal components**, the best *linear* code for the training digits (best, with nothing in
#   between: Eckart and Young, 1936);
# - an **autoencoder** with 128 hidden units on each side.

# %%
SIZES = (2, 8, 16, 32)
cosines = dct_basis(8)


def squared(image):
    return F.mse_loss(image, held_out).item()


def network_error(k, seed, samples=x, epochs=16):
    net = trained(samples, k, seed, epochs, hidden=128)
    with torch.no_grad():
        return squared(net(held_out))


def linear_error(k, samples=x):
    m, basis = principal_basis(samples)
    return squared(projected(held_out, m, basis[:k]))


# Seed 0 runs here; what seeds 1 and 2 gave is stored, and runs, too, without `stored=`.
by_network = {
    k: over_seeds(partial(network_error, k), stored=f"4_applications/{k} numbers") for k in SIZES
}


def against_pca(k):
    return by_network[k].mean / linear_error(k)


predict(
    "At 2 numbers the autoencoder's squared error is three quarters of PCA's. "
    "At 32 numbers, how many times PCA's error is it?",
    answer=lambda: against_pca(32),
    unit="times",
    low=0,
)


# %%
def in_decibels(spread):
    return Spread(tuple(-10 * torch.tensor(v).log10().item() for v in spread.values))


methods = {
    "autoencoder": by_network,
    "principal components": {k: Spread((linear_error(k),)) for k in SIZES},
    "cosine transform": {
        k: Spread((squared(projected(held_out, mean, cosines[:k])),)) for k in SIZES
    },
}
for k in SIZES:
    print(
        f"{k:2d} numbers: squared error {by_network[k]:.2g}, "
        f"on average {against_pca(k):.2f} times PCA's"
    )
against(
    {name: {k: in_decibels(s) for k, s in points.items()} for name, points in methods.items()},
    "numbers kept of 64", "PSNR of the average error, dB",
)  # fmt: skip

# %% [markdown]
# > **A common mistake.** "Autoencoders always beat PCA, because they are nonlinear." The linear map
# > is *among* the maps that the network can represent, so the best network is never worse on the
# > training set. But you do not get the best network. You get the one that training finds in the
# > time that you give it, and you are asked about new images. With few numbers, curvature is worth
# > more than precision, and the autoencoder wins at once. With many, PCA is nearly exact, in one
# > stroke of linear algebra, and the network must be trained for long to come as near. And with few
# > samples it fits these, and not digits:


# %%
def times_pca(k, errors, samples=x):
    return Spread(tuple(error / linear_error(k, samples) for error in errors.values))


patient = over_seeds(
    partial(network_error, 32, epochs=64), stored="4_applications/32 numbers, 64 rounds"
)
print(f"all digits, 32 numbers, 16 rounds: {times_pca(32, by_network[32]):.2g} times PCA's error")
print(f"all digits, 32 numbers, 64 rounds: {times_pca(32, patient):.2g} times PCA's error")
hundred = x[:100]
for k in (2, 8, 32):
    fitted = over_seeds(
        partial(network_error, k, samples=hundred, epochs=200),
        stored=f"4_applications/{k} numbers, 100 digits",
    )
    print(
        f"100 digits, {k:2d} numbers, 200 rounds: "
        f"{times_pca(k, fitted, hundred):.2g} times PCA's error"
    )

# %% [markdown]
# So the claim is false as it stands, and "PCA wins" would be false as well. Who wins depends on the
# size of the code, the time and the number of samples: with 1,437 digits and patience the network
# does at every size tried; with a hundred, PCA does from eight numbers on.
#
# > **A common mistake.** "The AV1 video codec compresses with autoencoders." No experiment here can
# > test that; its specification can be read. AV1 (Alliance for Open Media, 2018) is a **block
# > transform codec**, a descendant of JPEG and MPEG: a block is predicted from its neighbours or
# > from another frame, what is left goes through fixed cosine and sine transforms, or none, is
# > quantised, and coded arithmetically (Han and others, 2021). Nothing in what a decoder must do is
# > a network. It is the lowest of the curves above, made excellent by prediction, by adapting to
# > each block, and by entropy coding. Learned codecs do exist, with autoencoders whose codes are
# > quantised and entropy coded (Ballé and others, 2018), and JPEG AI is a standard of that kind.
#
# Why are these not everywhere? Numbers kept are not bits. A code must be quantised, and its bits
# counted. Round each number to so many bits, evenly between the least and the greatest value in the
# training set:


# %%
def rounded(codes, low, high, bits):
    levels = 2**bits - 1
    return (
        low
        + ((codes - low) / (high - low) * levels).round().clamp(0, levels) * (high - low) / levels
    )


_, basis = principal_basis(x)
linear = (lambda image: (image - mean) @ basis[:8].T, lambda code: mean + code @ basis[:8])
nets = [trained(x, 8, seed, epochs=16, hidden=128) for seed in (0, 1, 2)]


def after_rounding(encode, decode, bits):
    with torch.no_grad():
        low, high = encode(x).amin(dim=0), encode(x).amax(dim=0)
        image = decode(rounded(encode(held_out), low, high, bits))
    return -10 * torch.tensor(squared(image)).log10().item()


for bits in (2, 3, 4, 6, 8):
    by_nets = Spread(tuple(after_rounding(net[:3], net[3:], bits) for net in nets))
    print(f"8 numbers of {bits} bits, {8 * bits / 64:.3g} bits per pixel")
    print(
        f"    autoencoder {by_nets:.3g} dB; "
        f"principal components {after_rounding(*linear, bits):.3g} dB"
    )

# %% [markdown]
# Six bits are enough for either. At two bits the autoencoder is hardly better than the principal
# components. Its training knew nothing of the rounding.
#
# ## Few labels
#
# Labels are expensive, images are not. So let an encoder learn from all images to reconstruct, put
# a classifier on its code, and teach that from the few samples that have labels. In this way Hinton
# and Salakhutdinov (2006) trained deep networks of dense layers; they pre-trained one layer after
# the other, each as a restricted Boltzmann machine. (Convolutional networks such as LeNet had been
# trained without pre-training before.)
#
# ### Exercise: `pretrain_and_finetune` &nbsp; ●●● &nbsp; 25 minutes
#
# Two phases on the networks given, which change in place.
#
# 1. `steps[0]` steps on **all** `images` `(unlabelled, pixels)` at once: mean squared error of
#    `decoder(encoder(images))`. Encoder and decoder learn.
# 2. `steps[1]` steps on all labelled samples `x`, `y` at once: cross-entropy of `head(encoder(x))`.
#    Encoder and head learn; the decoder stays as it is.
#
# - `make_optimizer(parameters)` returns an optimizer for a list of parameters. Each phase has **its
#   own**, made once: the second must not start with the momentum of the first.
# - Returns a pair of numbers, the loss of each phase before its last step; `steps` are at least 1
#   each in the check. `torch.nn.functional` may be used.


# %% answer="pretrain_and_finetune"
def pretrain_and_finetune(encoder, decoder, head, images, x, y, steps, make_optimizer):
    ### BEGIN SOLUTION
    def phase(nets, loss_of, count):
        optimizer = make_optimizer([p for net in nets for p in net.parameters()])
        value = torch.tensor(torch.nan)
        for _ in range(count):
            value = loss_of()
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
        return value.item()

    first = phase(
        (encoder, decoder), lambda: F.mse_loss(decoder(encoder(images)), images), steps[0]
    )
    second = phase((encoder, head), lambda: F.cross_entropy(head(encoder(x)), y), steps[1])
    return first, second
    ### END SOLUTION


# %% check="pretrain_and_finetune"
check("pretrain_and_finetune")

# %% [markdown]
# The network: four layers of tanh units, 64 → 48 → 48 → 48 → 32, and a linear head. There are 300
# digits without labels. The same network has the same 40 steps of fine-tuning twice: once after 100
# steps of pre-training, once from its random start. We measure the accuracy on 360 other digits,
# over three draws of the labelled ones.

# %%
learn = use("pretrain_and_finetune")


def labelled(n, seed):
    """n training digits, the same number of each class."""
    order = torch.randperm(len(x), generator=generator(seed))
    chosen = torch.cat([order[digits.train.y[order] == c][: n // 10] for c in range(10)])
    return x[chosen], digits.train.y[chosen]


def accuracy_with(n, seed, pretraining, finetuning):
    with seeded(seed):
        sizes = (64, 48, 48, 48, 32)
        layers = [part for i, o in pairwise(sizes) for part in (nn.Linear(i, o), nn.Tanh())]
        encoder, head = nn.Sequential(*layers).double(), nn.Linear(32, 10).double()
        decoder = nn.Sequential(nn.Linear(32, 48), nn.Tanh(), nn.Linear(48, 64)).double()
    adam = partial(torch.optim.Adam, lr=3e-3)
    few, classes = labelled(n, seed)
    if pretraining:
        learn(encoder, decoder, head, x[:300], few, classes, (pretraining, finetuning), adam)
    else:  # the second phase alone
        whole = nn.Sequential(encoder, head)
        fit(
            whole,
            few,
            classes,
            F.cross_entropy,
            adam(whole.parameters()),
            epochs=finetuning,
            size=n,
        )
    return 100 * accuracy(head(encoder(held_out)), digits.test.y)


def linear_with(n, seed):
    """Logistic regression on the pixels: no network, no unlabelled digits."""
    few, classes = labelled(n, seed)
    return 100 * LogisticRegression(max_iter=500).fit(few, classes).score(held_out, digits.test.y)


LABELS = (10, 30, 100, 300)
curves = {
    "pretrained": {
        n: over_seeds(partial(accuracy_with, n, pretraining=100, finetuning=40)) for n in LABELS
    },
    "from a random start": {
        n: over_seeds(partial(accuracy_with, n, pretraining=0, finetuning=40)) for n in LABELS
    },
}
predict(
    f"With 100 labels the network reaches {curves['from a random start'][100].mean:.0f} % from a "
    f"random start and {curves['pretrained'][100].mean:.0f} % pretrained. "
    "And logistic regression, on the pixels?",
    answer=lambda: over_seeds(partial(linear_with, 100)).mean,
    unit="%",
    low=0,
    high=100,
)

# %%
curves["logistic regression"] = {n: over_seeds(partial(linear_with, n)) for n in LABELS}
for n in LABELS:
    print(f"{n} labels")
    for name, points in curves.items():
        print(f"    {name:20s} {points[n]:.2g} %")
against(curves, "labelled digits", "held-out digits right, %")

# %% [markdown]
# Pretraining helps this network from 30 labels on; with ten, the three draws differ more among
# themselves than the methods do. And a linear classifier that has never seen an unlabelled digit
# beats both. The comparison "with and without pretraining" is true and beside the point, if the
# network is the wrong tool for so few samples. Does the gain last when fine-tuning is longer?

# %%
for n in (30, 300):
    longer = {
        p: over_seeds(partial(accuracy_with, n, pretraining=p, finetuning=120)) for p in (100, 0)
    }
    print(
        f"{n:3d} labels, 120 steps: pretrained {longer[100]:.2g}; "
        f"from a random start {longer[0]:.2g}"
    )

# %% [markdown]
# It shrinks, and most of what pretraining gave was a better start, that is fewer steps. (Put one
# wide ReLU layer in place of the four of tanh, and see what is left of it.) Where pretraining
# without labels does change everything, the task is harder than reconstruction: to fill in words or
# hidden patches of an image, on data thousands of times as large.
#
# ## To remember
#
# 1. An autoencoder is worth what it knows about the data that a blur, a covariance or a drawer of
#    examples does not: measure those first.
# 2. The network that training finds is not the best one that it could represent: with few samples,
#    or little time, PCA wins, and needs one line of linear algebra.
# 3. A score is judged by its area, a decision by its threshold, and a threshold is chosen on
#    samples that the network was not fitted to.
#
# ## Sources
#
# Ahmed, Natarajan & Rao (1974), Discrete cosine transform. Alliance for Open Media (2018), AV1
# bitstream & decoding process specification. Ballé, Minnen, Singh, Hwang & Johnston (2018),
# Variational image compression with a scale hyperprior. Eckart & Young (1936), The approximation of
# one matrix by another of lower rank. Erhan, Bengio, Courville, Manzagol, Vincent & Bengio (2010),
# Why does unsupervised pre-training help deep learning? Fawcett (2006), An introduction to ROC
# analysis. Goodfellow, Bengio & Courville (2016), Deep Learning, chapters 14 and 15. Han and others
# (2021), A technical overview of AV1. Hanley & McNeil (1982), The meaning and use of the area under
# a ROC curve. Hinton & Salakhutdinov (2006), Reducing the dimensionality of data with neural
# networks. Japkowicz, Myers & Gluck (1995), A novelty detection approach to classification.
# Vincent, Larochelle, Lajoie, Bengio & Manzagol (2010), Stacked denoising autoencoders. Wallace
# (1991), The JPEG still picture compression standard. Wiener (1949), Extrapolation, interpolation,
# and smoothing of stationary time series. Zhang, Zuo, Chen, Meng & Zhang (2017), Beyond a Gaussian
# denoiser.
