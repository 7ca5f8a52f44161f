# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What is on the picture, how many of it, and where?
#
# *This notebook is an extension: nothing later in the course needs it.* So far every picture had
# one answer, its class. A street has forty things in it. You build what is needed to find them all
# and to say how well they were found: overlap of boxes and of masks, typical shapes, a network that
# looks once and answers everywhere, the choice among answers that say the same, and the one number
# by which detectors are compared. At the end a detector that learns in a dozen seconds has to beat
# a method from 1966.

# %% tags=["setup"]
import torch
import torch.nn.functional as F
from sklearn.linear_model import LogisticRegression
from torch import nn

from autograder import check, use
from gradschool import data, plotting
from gradschool.convolutional import yolo
from gradschool.convolutional.boxes import average_best_iou
from gradschool.convolutional.components import component_boxes
from gradschool.convolutional.darknet import darknet19, multiply_adds, parameters, passthrough
from gradschool.convolutional.detection_metrics import (
    claimed_in_class,
    mean_average_precision,
    precision_recall,
    recall_and_precision,
)
from gradschool.convolutional.pictures import detection as pictures
from gradschool.convolutional.scenes import scenes
from gradschool.training import Spread, generator
from gradschool.widgets import explore, predict

# %% [markdown]
# ## Five questions about one picture
#
# The pictures of this notebook are canvases of 40×40 pixels with one to four real scans on them, of
# different sizes, some touching, with a little noise. The scans of the training canvases and those
# of the test canvases are different ones, split as in Unit 1. Because we placed the digits
# ourselves we know the right answer to every question one can ask:
#
# - **Classification**: what is it? One class for the whole picture, sensible if there is one main
#   object.
# - **Localisation**: and where? One class and one **box**.
# - **Detection**: all objects, a class and a box for each. How many there are is part of the
#   answer.
# - **Semantic segmentation**: a class for every pixel. Two 3s that touch are one area of "3":
#   nobody asked how many.
# - **Instance segmentation**: an object for every pixel. Two 3s are two.

# %%
digits = data.digits(images=True)
practice, unseen = scenes(digits.train, 4000, seed=0), scenes(digits.test, 300, seed=11)
twins = next(s for s in unseen if len(s.kinds) >= 3 and len(s.kinds.unique()) < len(s.kinds))
print(
    f"{len(practice):,} canvases to learn from, "
    f"{len(unseen)} held out with {sum(len(s.kinds) for s in unseen)} digits"
)
pictures.all_answers(twins)

# %%
explore(
    lambda question=pictures.QUESTIONS[3], canvas=0: pictures.answers(unseen[canvas], question),
    question=list(pictures.QUESTIONS),
    canvas=(0, 30),
)

# %% [markdown]
# ## When is a box right?
#
# A box is four numbers $(x_1, y_1, x_2, y_2)$: its left, upper, right and lower edge, $x$ to the
# right and $y$ **downwards**. Edges lie between pixels, so that it is $x_2 - x_1$ wide. No box that
# is found will be right to the last pixel, so we need a degree of rightness, which does not depend
# on the size of the picture and cannot be cheated by boxes that are too large or too small.
# **Intersection over union** is the area of what two boxes share, divided by the area of what they
# cover together:
#
# $$\operatorname{IoU}(a, b) = \frac{|a \cap b|}{|a \cup b|} =
# \frac{|a \cap b|}{|a| + |b| - |a \cap b|}.$$
#
# It is 1 for the same box and 0 for boxes that lie apart. By convention a box counts as found
# from 0.5 on.

# %%
predict(
    "A box of 20×20 pixels, and the same box 5 pixels further to the right and 5 further down. "
    "Most of it is still covered. What is the IoU?",
    answer=lambda: 15 * 15 / (2 * 20 * 20 - 15 * 15),
    low=0,
    high=1,
)

# %% [markdown]
# ### Exercise: `iou` &nbsp; ●●○ &nbsp; 20 minutes
#
# - `a`: boxes `(n, 4)`, `b`: boxes `(m, 4)`, rows $(x_1, y_1, x_2, y_2)$ with $x_1 \le x_2$ and
#   $y_1 \le y_2$; `n` or `m` may be 0. Returns a table `(n, m)`: box $i$ of `a` with box $j$ of
#   `b`.
# - No "+ 1" for the width of a pixel: edges are places.
# - Where neither box has any area, the result is 0.


# %% answer="iou"
def iou(a, b):
    ### BEGIN SOLUTION
    first, second = a[:, None, :], b[None, :, :]  # (n, 1, 4), (1, m, 4)
    left_top = torch.maximum(first[..., :2], second[..., :2])
    right_bottom = torch.minimum(first[..., 2:], second[..., 2:])
    common = torch.prod(torch.relu(right_bottom - left_top), dim=-1)  # (n, m)
    sizes = [torch.prod(box[..., 2:] - box[..., :2], dim=-1) for box in (first, second)]
    together = sizes[0] + sizes[1] - common
    return torch.where(together > 0, common / together, torch.zeros_like(common))
    ### END SOLUTION


# %% check="iou"
check("iou")

# %%
overlaps = use("iou")


def two_boxes(right=5, down=5, width=20, height=20):
    a = torch.tensor([10.0, 10.0, 30.0, 30.0])
    b = torch.tensor([10.0 + right, 10.0 + down, 10.0 + right + width, 10.0 + down + height])
    return pictures.overlap(a, b, overlaps(a[None], b[None]).item())


explore(two_boxes, right=(-20, 20), down=(-20, 20), width=(2, 40), height=(2, 40))

# %% [markdown]
# A quarter of the side off in both directions, and the box fails at 0.5. Two more things to try: a
# box of half the width and half the height, wholly inside (0.25), and one that is twice as large
# (0.25 too): being too large is punished as much as being too small.
#
# The same in a library: `torchvision.ops.box_iou`. There is nothing of it in `torch.nn`, because
# nothing of it is learnt.
#
# ## When is a mask right?
#
# For masks the same measure exists, and a sister of it that is more common in medicine: the **Dice
# score**, twice what is shared over the sum of both,
#
# $$\operatorname{Dice}(p, t) = \frac{2\sum_i p_i t_i}{\sum_i p_i + \sum_i t_i},
# \qquad \operatorname{Dice} =
# \frac{2\operatorname{IoU}}{1 + \operatorname{IoU}}\ \text{ for masks of 0 and 1.}$$
#
# Why not simply the share of pixels that are right?

# %%
canvases = torch.stack([s.image[0] for s in unseen])  # (300, 40, 40)
inked = torch.stack([s.masks.amax(dim=0) for s in unseen])  # 1 where there is ink of any digit
predict(
    "The mask that says 'no ink anywhere' finds nothing at all. "
    "For how many per cent of the pixels of the 300 canvases is it right?",
    answer=lambda: 100 * (inked == 0).double().mean(),
    unit="%",
    low=0,
    high=100,
)

# %% [markdown]
# ### Exercise: `dice_score` &nbsp; ●○○ &nbsp; 10 minutes
#
# - `pred`: `(batch, height, width)`, from 0 to 1, each the probability that the pixel belongs to
#   the object; `target`: the same shape, 0 or 1. Returns `(batch,)`: one score for each image.
# - The sums are as in the formula, of the probabilities themselves (no squares, no rounding,
#   nothing added): a loss made of the score needs its gradient.
# - Nothing there and nothing found is right: where both masks are empty the score is 1.


# %% answer="dice_score"
def dice_score(pred, target):
    ### BEGIN SOLUTION
    both = torch.sum(pred * target, dim=(-2, -1))  # (batch,)
    each = torch.sum(pred + target, dim=(-2, -1))
    empty = each == 0
    return torch.where(empty, torch.ones_like(each), 2 * both / (each + empty))
    ### END SOLUTION


# %% check="dice_score"
check("dice_score")

# %% [markdown]
# The simplest segmentation there is: ink is what is brighter than a level. Both measures for every
# level, on the held-out canvases:

# %%
dice = use("dice_score")
levels = torch.linspace(0, 1, 41)
said = [(canvases > level).to(canvases.dtype) for level in levels]
by_dice = [100 * dice(mask, inked).mean().item() for mask in said]
by_pixel = [100 * (mask == inked).float().mean().item() for mask in said]
best = max(range(len(levels)), key=by_dice.__getitem__)
print(
    f"level {levels[best]:.2f} is best: "
    f"Dice {by_dice[best]:.1f} %, pixels right {by_pixel[best]:.1f} %"
)
print(f"nothing anywhere:   Dice {by_dice[-1]:.1f} %, pixels right {by_pixel[-1]:.1f} %")
figure, (axes,) = plotting.picture(width=5.4)
for i, (name, scores) in enumerate(
    {"Dice score": by_dice, "pixels that are right": by_pixel}.items()
):
    axes.plot(levels, scores, color=plotting.COLORS[i], linestyle=plotting.DASHES[i], label=name)
axes.set(xlabel="level above which a pixel is said to be ink", ylabel="%", ylim=(0, 102))
axes.legend()
figure.alt = (
    "Dice score and share of right pixels against the level; "
    f"at level 1 {by_dice[-1]:.0f} % and {by_pixel[-1]:.0f} %"
)
figure

# %% [markdown]
# Where an object covers little of a picture, a share of right pixels measures the background. Dice,
# IoU and all that follows leave out what is *rightly* called nothing, and that is on purpose: there
# is always plenty of it.
#
# ## What came before
#
# The masks give a detector, without any learning: ink that hangs together is an object (Rosenfeld
# and Pfaltz 1966). Take the connected parts, draw a box around each, enlarge what is in it to 8×8
# pixels, and give that to a linear classifier, trained on the same 1,437 scans. This is the
# baseline. Its level, 0.4, found most on the training canvases, of seven between 0.2 and 0.5; the
# canvases that are held out here were drawn after that, and after everything about the detector was
# settled.


# %%
def patch(image, box):
    x1, y1, x2, y2 = (int(v) for v in box)
    return F.interpolate(
        image[None, None, y1:y2, x1:x2], size=(8, 8), mode="bilinear", align_corners=False
    ).flatten()


def tight(image):
    """The box around everything that is brighter than a quarter."""
    rows, columns = ((image > 0.25).any(dim=d).nonzero().flatten().tolist() for d in (1, 0))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


linear = LogisticRegression(max_iter=1000).fit(
    torch.stack([patch(scan[0], tight(scan[0])) for scan in digits.train.x]).numpy(),
    digits.train.y.numpy(),
)


def by_components(scene):
    boxes = component_boxes(scene.image[0])
    if len(boxes) == 0:
        return yolo.Detections(boxes, torch.zeros(0), torch.zeros(0).long())
    chances = torch.from_numpy(
        linear.predict_proba(torch.stack([patch(scene.image[0], b) for b in boxes]).numpy())
    )
    return yolo.Detections(boxes, *chances.float().max(dim=1))


truth = [(s.boxes, s.kinds) for s in unseen]
before = [by_components(s) for s in unseen]
recall, precision = recall_and_precision(before, truth)
print(
    f"components: {100 * recall:.0f} % of the digits found, "
    f"{100 * precision:.0f} % of the boxes right"
)
pictures.detections(unseen[:12], before[:12])

# %% [markdown]
# A box counts as right if its class is right and its IoU with a digit that nobody has found yet is
# at least ½ (solid; a dashed one is wrong, dotted white ones are missed). What goes wrong is plain
# to see: digits that touch are one part, a digit in two strokes is two.


# %%
def crowded(scene):
    """Which digits' boxes come within a pixel of another one's."""
    grown = scene.boxes + torch.tensor([-0.5, -0.5, 0.5, 0.5])
    return (overlaps(grown, grown) > 0).sum(dim=1) > 1


def found_among(found, which):
    """% found of the digits that `which` picks."""
    hits = total = 0
    for scene, said in zip(unseen, found, strict=True):
        chosen = set(which(scene).nonzero().flatten().tolist())
        hits += len(chosen & set(claimed_in_class(said, (scene.boxes, scene.kinds)).tolist()))
        total += len(chosen)
    return 100 * hits / total


close, alone = found_among(before, crowded), found_among(before, lambda s: ~crowded(s))
print(
    f"components find {alone:.0f} % of the digits that stand alone, "
    f"and {close:.0f} % of those close to another"
)

# %% [markdown]
# ## Which shapes are there?
#
# A window could slide over the canvas in all sizes, with a classifier that looks through it: that
# was detection until 2013, thousands of windows for each picture. The one-shot detectors (*You only
# look once*, Redmon and others 2016) put a grid on the picture and let one network say for every
# cell at once what lies there. A network that has to say "19 pixels wide" out of nothing learns
# slowly. It is easier to say "like the third of the usual shapes, a tenth wider". The usual shapes
# are called **anchors**, and YOLOv2 (Redmon and Farhadi 2017) finds them in the training boxes by
# $k$-means, with a distance that fits the purpose:
#
# $$d(\text{box}, \text{centroid}) = 1 - \operatorname{IoU}(\text{box}, \text{centroid}),
# \qquad \text{both laid with one corner on the same point.}$$
#
# Only widths and heights count: for $(w, h)$ and $(w', h')$ the intersection is
# $\min(w, w') \cdot \min(h, h')$.
#
# ### Exercise: `anchor_kmeans` &nbsp; ●●○ &nbsp; 20 minutes
#
# - `wh`: widths and heights `(n, 2)`; `centroids`: the first centroids `(k, 2)`; `iters`: how many
#   rounds. Returns the last centroids `(k, 2)`, in the order of the first ones.
# - A round: every shape goes to the centroid with the smallest distance (the first of equal ones);
#   then every centroid becomes the **mean** of its shapes. One that has none stays where it is.


# %% answer="anchor_kmeans"
def anchor_kmeans(wh, centroids, iters):
    ### BEGIN SOLUTION
    areas = wh[:, 0] * wh[:, 1]
    for _ in range(iters):
        common = torch.minimum(wh[:, None, 0], centroids[:, 0]) * torch.minimum(
            wh[:, None, 1], centroids[:, 1]
        )
        similar = common / (areas[:, None] + centroids[:, 0] * centroids[:, 1] - common)  # (n, k)
        owner = torch.argmax(similar, dim=1)
        moved = [
            wh[owner == j].mean(dim=0) if (owner == j).any() else old
            for j, old in enumerate(centroids)
        ]
        centroids = torch.stack(moved)
    return centroids
    ### END SOLUTION


# %% check="anchor_kmeans"
check("anchor_kmeans")

# %% [markdown]
# The digits on our canvases are all of a size. Canvases with digits from 10 to 34 pixels show what
# the distance is for. How good a set of anchors is, is told by the **average IoU**: for each box
# the IoU with the anchor that fits best, and the mean over all boxes.

# %%
group = use("anchor_kmeans")
varied = scenes(digits.train, 800, seed=2, side=80, least=10, largest=40)
sides = torch.cat([s.boxes[:, 2:] - s.boxes[:, :2] for s in varied]).double()  # widths and heights


def shapes_of(wh, k, seed=0):
    first = wh[torch.randperm(len(wh), generator=generator(seed))[:k]]
    return group(wh, first, 30)


fits = {
    k: Spread(
        tuple(average_best_iou(sides, shapes_of(sides, k, seed)).item() for seed in (0, 1, 2))
    )
    for k in range(1, 10)
}
print(f"1 anchor: average IoU {fits[1]:.2f}")
predict(
    "With one anchor the average IoU on these shapes is as printed above. What is it with five?",
    answer=lambda: fits[5].mean,
    low=0,
    high=1,
)

# %% approx=0.3
print(", ".join(f"{k} anchors: {fit.mean:.2f}" for k, fit in fits.items()))
pictures.shapes(sides, {"five anchors": shapes_of(sides, 5)})

# %% [markdown]
# > **A common mistake.** "YOLOv2 reaches 61 % mAP with five anchors." Table 1 of the paper has
# > these lines, on the boxes of VOC 2007: 5 clusters by squared distance 58.7, **5 clusters by IoU
# > 61.0**, the 9 anchors that Faster R-CNN chose by hand 60.9, 9 clusters by IoU 67.2. Compare with
# > the line that you have just printed: what kind of number is it? It grows with the number of
# > anchors, needs no network, and can be had before any training. It is the **average IoU** of the
# > boxes with their best anchor. The mean average precision of YOLOv2, which you meet at the end of
# > this notebook, was 76.8 % on VOC 2007 with images of 416×416 (table 3). And the anchors as such
# > did not raise it: from 69.5 to 69.2, while the recall rose from 81 to 88 %.
#
# Why not the squared distance? It spends its centroids where differences are large *in pixels*, on
# the large boxes. Both of them on the same boxes, three starts each; the small boxes are the half
# with the smaller area:


# %% approx=0.05
def by_squares(wh, k, seed, rounds=30):
    centre = wh[torch.randperm(len(wh), generator=generator(seed))[:k]]
    for _ in range(rounds):
        nearest = torch.cdist(wh, centre).argmin(dim=1)
        centre = torch.stack(
            [wh[nearest == j].mean(dim=0) if (nearest == j).any() else centre[j] for j in range(k)]
        )
    return centre


small = sides[sides.prod(dim=1) < sides.prod(dim=1).median()]
for name, clusters in {"1 - IoU": shapes_of, "squared distance": by_squares}.items():
    every, few = (
        Spread(
            tuple(average_best_iou(boxes, clusters(sides, 5, seed)).item() for seed in (0, 1, 2))
        )
        for boxes in (sides, small)
    )
    print(f"five anchors by {name:17s} average IoU {every:.2f}; of the small boxes {few:.2f}")

# %% [markdown]
# A small difference, as in the paper's table, and on the side where it was promised: among the
# small boxes.
#
# ## One look, an answer in every cell
#
# The network ends in a map with a place for every cell of the picture, here 5×5 cells of 8×8
# pixels. At each place, and there for each anchor $(p_w, p_h)$, it gives $5 + \text{classes}$
# numbers: four for a box, one for the *objectness*, whether anything is there at all, and a score
# for each class. The four are not the box itself. With $(c_x, c_y)$ the column and row of the cell,
# counted from 0, and $s$ its side in pixels (the stride of the network),
#
# $$b_x = s\,(c_x + \sigma(t_x)), \qquad b_y = s\,(c_y + \sigma(t_y)),
# \qquad b_w = p_w e^{t_w}, \qquad b_h = p_h e^{t_h}$$
#
# are the box's **centre**, width and height. $\sigma$ keeps the centre in its own cell, whatever
# the network says: each cell is responsible for what has its centre there, and for nothing else.
#
# ### Exercise: `decode_yolo_boxes` &nbsp; ●●○ &nbsp; 20 minutes
#
# - `t`: `(batch, anchors, 4, rows, columns)`, along axis 2 $t_x, t_y, t_w, t_h$; `anchors`:
#   `(anchors, 2)`, width and height in pixels; `stride`: $s$.
# - Returns boxes $(x_1, y_1, x_2, y_2)$ in pixels, `(batch, anchors, rows, columns, 4)`. Nothing is
#   cut at the picture's edge.


# %% answer="decode_yolo_boxes"
def decode_yolo_boxes(t, anchors, stride):
    ### BEGIN SOLUTION
    tx, ty, tw, th = t.unbind(dim=2)  # each (batch, anchors, rows, columns)
    c_x = torch.arange(t.shape[4], dtype=t.dtype, device=t.device)
    c_y = torch.arange(t.shape[3], dtype=t.dtype, device=t.device).view(-1, 1)
    b_x, b_y = stride * (c_x + torch.sigmoid(tx)), stride * (c_y + torch.sigmoid(ty))
    half_w = 0.5 * torch.exp(tw) * anchors[:, 0].view(-1, 1, 1)
    half_h = 0.5 * torch.exp(th) * anchors[:, 1].view(-1, 1, 1)
    return torch.stack((b_x - half_w, b_y - half_h, b_x + half_w, b_y + half_h), dim=-1)
    ### END SOLUTION


# %% check="decode_yolo_boxes"
check("decode_yolo_boxes")

# %% [markdown]
# The cell is shaded, the anchor dashed. Try to push the box out of its cell.

# %%
decode = use("decode_yolo_boxes")


def decoded(tx=0.0, ty=0.0, tw=0.3, th=0.0, row=2, column=1):
    t = torch.zeros(1, 1, 4, 5, 5, dtype=torch.float64)
    t[0, 0, :, row, column] = torch.tensor([tx, ty, tw, th], dtype=torch.float64)
    anchor = torch.tensor([[10.0, 14.0]], dtype=torch.float64)
    return pictures.cell(decode(t, anchor, 8)[0, 0, row, column], anchor[0], row, column, 8, (5, 5))


explore(
    decoded,
    tx=(-6.0, 6.0),
    ty=(-6.0, 6.0),
    tw=(-1.0, 1.0),
    th=(-1.0, 1.0),
    row=(0, 4),
    column=(0, 4),
)

# %% [markdown]
# To train, the formulas are run backwards: each digit of a training canvas belongs to the cell of
# its centre, and there to the anchor that is most like it. There
# $\sigma(t_x), \sigma(t_y), t_w, t_h$ should be the numbers that decode to its box (squared error),
# the objectness 1 and the class right (cross-entropies). Everywhere else the objectness should be 0
# and the rest is not asked. `yolo.encode_targets` finds the numbers; decoding must give the boxes
# back:

# %% approx=0.2
wh = torch.cat([s.boxes[:, 2:] - s.boxes[:, :2] for s in practice])
anchors = shapes_of(wh, 3)
goal = yolo.encode_targets([(s.boxes, s.kinds) for s in practice], anchors, 8)
image, anchor, row, column = goal.place
t = torch.zeros(len(practice), 3, 4, 5, 5)
t[image, anchor, :, row, column] = torch.cat([torch.logit(goal.box[:, :2]), goal.box[:, 2:]], dim=1)
back = decode(t, anchors, 8)[image, anchor, row, column]
same = {}
for i, place in enumerate(zip(*(p.tolist() for p in goal.place), strict=True)):
    same.setdefault(place, []).append(i)
shared = sum(len(rows) for rows in same.values() if len(rows) > 1)
true = torch.cat([s.boxes for s in practice])
kept = torch.tensor([rows[0] for rows in same.values() if len(rows) == 1])
off = (back[kept] - true[kept]).abs().max().item()
print(f"largest difference of a decoded box from the true one: {off:.3f} pixels")
print(f"digits that share cell and anchor with another: {shared} of {len(true):,}")

# %% [markdown]
# > **When it breaks.** Two objects whose centres lie in one cell and whose shapes are like the same
# > anchor want the same numbers to be different. One of them is lost before training begins. Few
# > here, many in a flock of birds: the first YOLO was known to be bad at those. The cures are more
# > anchors, smaller cells, and maps from earlier layers.
#
# ## Darknet-19 and the passthrough layer
#
# The network beneath YOLOv2 has 19 convolutions and 5 poolings and was first trained to classify
# ImageNet. 3×3 windows look, 1×1 windows between them make the channels few again (the idea of the
# inception module), every convolution is normalised, and no dense layer is left: the last
# convolution is 1×1, and the mean over all places gives the scores. Without dense layers it runs on
# any multiple of 32 pixels, which YOLOv2 made use of by changing the size while it trained.

# %%
with torch.device("meta"):
    net = darknet19()
    small_image, large_image = torch.zeros(1, 3, 224, 224), torch.zeros(1, 3, 416, 416)
    convolutions = [m for m in net.modules() if isinstance(m, nn.Conv2d)]
    poolings = [m for m in net.modules() if isinstance(m, nn.MaxPool2d)]
    print(
        f"{len(convolutions)} convolutions, {len(poolings)} poolings, "
        f"{parameters(net):,} parameters"
    )
    print(
        f"{2 * multiply_adds(net, small_image) / 1e9:.2f} billion operations at 224×224 "
        "(VGG-16: 30.69)"
    )
    body = net[:-3]  # without the last convolution, the mean, and the flattening
    print("what 416×416 pixels become:", tuple(body(large_image).shape[1:]))
    deepest = [i for i, m in enumerate(body) if isinstance(m, nn.MaxPool2d)][-1]
    print("in front of the last pooling:", tuple(body[:deepest](large_image).shape[1:]))

# %% [markdown]
# The paper counts 5.58 billion operations, a product and a sum each. A cell of the last
# map is 32 pixels wide: small things are lost in it. The layer in front of the last pooling sees
# twice as finely. The **passthrough layer** brings its map to the coarse size and throws nothing
# away, because it puts each square of 2×2 places on top of each other as channels: 26×26×512
# becomes 13×13×2048, which is joined to the deep map.

# %%
maps = torch.arange(16.0).reshape(1, 1, 4, 4)
stacked = passthrough(maps)
print(
    "4×4 →",
    tuple(stacked.shape[1:]),
    "; channel 0 is every second place of every second row:",
    stacked[0, 0].tolist(),
)
off = (stacked - F.pixel_unshuffle(maps, 2)).abs().max().item()
print(f"largest difference from F.pixel_unshuffle: {off:.1f}")
print("512 maps of 26×26 →", tuple(passthrough(torch.zeros(1, 512, 26, 26)).shape[1:]))

# %% [markdown]
# It was worth about one point of mAP. Later detectors (feature pyramids, YOLOv3) predict from the
# fine maps too.
#
# ## Train one
#
# Darknet-19 has 20 million parameters, our detector 56 thousand: four convolutions (5×5 with stride
# 2, then three of 3×3) with two poolings among them, stride 8 in all, and a 1×1 convolution that
# gives for each of 3 anchors 5 + 10 numbers. It sees 13,000 canvases, drawn from the 4,000, with
# three seeds.

# %%
nets = [yolo.train_detector(practice, anchors, seed) for seed in (0, 1, 2)]
pixels = torch.stack([s.image for s in unseen])
with torch.no_grad():
    outputs = [net(pixels) for net in nets]  # each (300, 3, 15, 5, 5)
print(f"{parameters(nets[0]):,} parameters; output for 300 canvases {tuple(outputs[0].shape)}")


def answers_of(out, least=0.05):
    """Every box whose score, objectness times the probability of its class, is at least `least`;
    an entry for each canvas.
    """
    boxes = decode(out[:, :, :4], anchors, 8)
    probability, kind = out[:, :, 5:].softmax(dim=2).max(dim=2)
    score = torch.sigmoid(out[:, :, 4]) * probability  # (300, 3, 5, 5)
    sure = score >= least
    return [
        yolo.Detections(b[k], s[k], c[k])
        for b, s, c, k in zip(boxes, score, kind, sure, strict=True)
    ]


raw = [answers_of(out) for out in outputs]
pictures.detections(
    unseen[:6],
    raw[0][:6],
    labels=False,
    alt="six canvases; around most digits lie several boxes",
)

# %% [markdown]
# ## Several boxes for one object
#
# Neighbouring cells and other anchors see the same digit, and each of them says so. **Non-maximum
# suppression** keeps the best: take the box with the highest score, drop all others that overlap it
# too much, take the best of what is left, and so on.
#
# ### Exercise: `nms` &nbsp; ●●○ &nbsp; 20 minutes
#
# - `boxes`: `(n, 4)`, `scores`: `(n,)`, all different; `thr`: a box is dropped if its IoU with a
#   box that was **kept** is **greater** than `thr`. `n` may be 0.
# - Returns the indices (whole numbers) of the boxes that are kept, the highest score first.
# - Use your `iou`: while this is checked, `iou` is right in any case.


# %% answer="nms"
def nms(boxes, scores, thr):
    ### BEGIN SOLUTION
    remaining = torch.argsort(scores, descending=True)
    keep = []
    while remaining.numel():
        winner, rest = remaining[0], remaining[1:]
        keep.append(winner)
        similarity = iou(boxes[winner].unsqueeze(0), boxes[rest]).squeeze(0)
        remaining = rest[similarity <= thr]
    return torch.stack(keep) if keep else remaining
    ### END SOLUTION


# %% check="nms"
check("nms")

# %%
suppress = use("nms")


def chosen(said, least=0.3, thr=0.4):
    """What is left of a canvas's boxes:
    those with a score of at least `least`, and of those that overlap the best.
    """
    sure = yolo.confident(said, least)
    rows = suppress(sure.boxes, sure.scores, thr)
    return yolo.Detections(*(part[rows] for part in sure))


def on_canvases(least=0.3, thr=0.4):
    left = [chosen(said, least, thr) for said in raw[0][:12]]
    return pictures.detections(
        unseen[:12],
        left,
        alt="twelve canvases and the boxes that are left of what the network says",
    )


explore(on_canvases, least=(0.05, 0.95, 0.05), thr=(0.0, 1.0, 0.1))

# %% [markdown]
# Move both sliders. A high least score leaves the sure boxes only: what is said is right, and much
# is not said. A threshold near 1 suppresses nothing, near 0 one of two neighbours that touch.
#
# The same in a library: `torchvision.ops.nms`.
#
# ## Against 1966

# %%
after = [[chosen(said) for said in each] for each in raw]
rates = [recall_and_precision(found, truth) for found in after]
predict(
    f"Components find {close:.0f} % of the digits that stand close to another one, "
    f"{alone:.0f} % of those that stand alone. "
    "How many % of the former does the detector find (mean of three seeds)?",
    answer=lambda: Spread(tuple(found_among(found, crowded) for found in after)).mean,
    unit="%",
    low=0,
    high=100,
)

# %% approx=0.1
print(f"components: recall {100 * recall:.0f} %, precision {100 * precision:.0f} %")
for name, column in {"recall": 0, "precision": 1}.items():
    print(f"{name:10s} {Spread(tuple(100 * pair[column] for pair in rates)):.3g} %")
for name, which in {"stand alone": lambda s: ~crowded(s), "are close": crowded}.items():
    print(
        f"digits that {name:12s} found: "
        f"{Spread(tuple(found_among(found, which) for found in after)):.3g} %"
    )

# %% [markdown]
# Where components see one blob, a network that has learnt what digits look like sees two digits. It
# is not free: 4,000 canvases with a box for every digit were needed, where the components needed
# none.
#
# ## One number
#
# Recall and precision depend on the least score at which a box is shown, and whoever compares
# detectors would have to agree on it. So go through all of them. Sort the detections of all
# canvases by falling score; after the first $i$ of them the precision is the share of hits among
# those $i$, the recall the hits found so far, over all objects there are. That is a curve, in saw
# teeth. **Average precision** is the area beneath it, after the teeth are filled: at each recall
# the *best precision at that recall or any greater one* counts.
#
# $$\mathrm{AP} = \sum_i (r_i - r_{i-1}) \max_{j \ge i} p_j, \qquad r_0 = 0.$$
#
# The mean over the classes is the **mAP**.
#
# ### Exercise: `average_precision` &nbsp; ●●● &nbsp; 25 minutes
#
# - `scores`: `(n,)`, of all detections, in any order, all different; `hit`: `(n,)`, boolean,
#   whether each found an object (one that no better one had found); `n_truth`: how many objects
#   there are, found or not, 1 or more. `n` may be 0: then the result is 0.
# - Returns one number, by the formula: the detections by falling score, all points, no eleven
#   recalls, no slanting lines.


# %% answer="average_precision"
def average_precision(scores, hit, n_truth):
    ### BEGIN SOLUTION
    ranked = hit[torch.argsort(scores, descending=True)].to(scores.dtype)
    right = torch.cumsum(ranked, dim=0)
    shown = torch.arange(1, len(scores) + 1, device=scores.device)
    filled = torch.zeros_like(scores)
    best = torch.zeros((), dtype=scores.dtype, device=scores.device)
    for i in reversed(range(len(scores))):
        best = torch.maximum(best, right[i] / shown[i])
        filled[i] = best
    # recall moves by 1 / n_truth at each hit, and nowhere else
    return (filled * ranked).sum() / n_truth
    ### END SOLUTION


# %% check="average_precision"
check("average_precision")

# %%
area = use("average_precision")


def listed(found, thr=0.5):
    """Score of every detection, whether it is a hit, and the number of digits,
    over all canvases and classes.
    """
    hit = torch.cat([claimed_in_class(f, t, thr) >= 0 for f, t in zip(found, truth, strict=True)])
    return torch.cat([f.scores for f in found]), hit, sum(len(kinds) for _, kinds in truth)


everything = [[chosen(said, least=0.05) for said in each] for each in raw]
curves = {"components, linear classifier": [p.tolist() for p in precision_recall(*listed(before))]}
curves |= {
    f"detector, seed {i}": [p.tolist() for p in precision_recall(*listed(found))]
    for i, found in enumerate(everything)
}
pictures.precision_recall(
    curves,
    alt="precision against recall: the detectors' curves lie above and reach further right than "
    "the components'",
)

# %% approx=0.05
mean_ap = [mean_average_precision(found, truth, 10).mean().item() for found in everything]
base_ap = mean_average_precision(before, truth, 10).mean().item()
pooled = [area(*listed(found)).item() for found in everything]  # all classes in one list
print(f"mAP of the components: {base_ap:.2f}")
print(f"mAP of the detector: {Spread(tuple(mean_ap)):.2f}")
print(f"one list for all classes: {Spread(tuple(pooled)):.2f}")
predict(
    f"A hit needs an IoU of at least 0.5. The components' mAP is {base_ap:.2f}, "
    "the detector's about 0.87. What is the detector's mAP if a hit needs 0.75 (seed 0)?",
    answer=lambda: mean_average_precision(everything[0], truth, 10, 0.75).mean(),
    low=0,
    high=1,
)

# %%
needed = [0.5, 0.6, 0.7, 0.8, 0.9]
falling = [
    [mean_average_precision(found, truth, 10, thr).mean().item() for thr in needed]
    for found in everything
]
standing = [mean_average_precision(before, truth, 10, thr).mean().item() for thr in needed]
crossed = [
    thr
    for thr, ours, theirs in zip(needed, zip(*falling, strict=True), standing, strict=True)
    if max(ours) < theirs
]
print(
    "the components are better than all three detectors at an IoU of",
    ", ".join(map(str, crossed)) or "none of these",
)
figure, (axes,) = plotting.picture(width=5.4)
for i, (name, rows) in enumerate(
    {"detector, three seeds": falling, "components": [standing]}.items()
):
    low, high = (list(map(f, zip(*rows, strict=True))) for f in (min, max))
    axes.fill_between(needed, low, high, color=plotting.COLORS[i], alpha=0.25)
    axes.plot(
        needed,
        [sum(c) / len(c) for c in zip(*rows, strict=True)],
        color=plotting.COLORS[i],
        linestyle=plotting.DASHES[i],
        marker=plotting.MARKERS[i],
        label=name,
    )
axes.set(xlabel="IoU that a hit needs", ylabel="mAP", ylim=(0, 1))
axes.legend()
figure.alt = (
    "mAP against the IoU that a hit needs: "
    "the detector's falls steeply, that of the components hardly until 0.7"
)
figure

# %% [markdown]
# "mAP" alone is no number: it wants the IoU beside it. Our detector knows *what* and *roughly
# where*. The components, where they are right at all, fit far more closely, because their boxes are
# cut from the ink itself. The COCO benchmark takes the mean over 0.5, 0.55, …, 0.95 for this
# reason.
#
# ## To remember
#
# 1. Detection asks for an unknown number of boxes, semantic segmentation for the class of each
#    pixel, instance segmentation for its object; IoU and Dice measure overlap and leave out the
#    background.
# 2. A one-shot detector answers in every cell relative to anchors, and non-maximum suppression
#    chooses among the answers.
# 3. Average precision goes through all thresholds of the score, but not of the IoU: say which, and
#    hold it against a method that learns nothing.
#
# ## Sources
#
# Dice (1945), Measures of the amount of ecologic association between species. Everingham, Van Gool,
# Williams, Winn & Zisserman (2010), The PASCAL Visual Object Classes challenge, section 4.2; and
# the development kit of 2010. Felzenszwalb, Girshick, McAllester & Ramanan (2010), Object detection
# with discriminatively trained part-based models. Jaccard (1901). Lin and others (2014), Microsoft
# COCO: common objects in context. Redmon, Divvala, Girshick & Farhadi (2016), You only look once:
# unified, real-time object detection. Redmon & Farhadi (2017), YOLO9000: better, faster, stronger,
# sections 2 and 3, tables 1, 3 and 6. Rosenfeld & Pfaltz (1966), Sequential operations in digital
# picture processing.
