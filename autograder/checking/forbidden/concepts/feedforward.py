"""What the first unit's answers may not call."""

from autograder.checking.forbidden.concepts.concept import Concept, spelled

CONCEPTS: dict[str, Concept] = {
    "softmax": Concept(
        (
            *spelled("softmax", "torch.nn.Softmax", "torch.nn.Softmin", "scipy.special.softmax", special=True),
            *spelled("log_softmax", "torch.nn.LogSoftmax", "scipy.special.log_softmax", special=True),
            *spelled("logsumexp", "scipy.special.logsumexp", special=True),
            "torch.nn.functional.softmin",
            "torch.nn.functional.gumbel_softmax",
            "torch.nn.functional.scaled_dot_product_attention",
            "torch.sparse.softmax",
            "torch.logcumsumexp",
            "torch.Tensor.logcumsumexp",
        ),
        (
            *(
                "aten::_softmax",
                "aten::_log_softmax",
                "aten::logsumexp",
                "aten::_logcumsumexp",
                "aten::_sparse_softmax",
            ),
            "aten::_scaled_dot_product_flash_attention_for_cpu",
        ),
        told="`softmax`, `log_softmax`, `logsumexp` and their like (`gumbel_softmax`, `scaled_dot_product_attention`)",
    ),
    "sigmoid": Concept(
        (
            *spelled("sigmoid", "torch.nn.Sigmoid", "torch.special.expit", "scipy.special.expit"),
            *spelled("logsigmoid", "torch.nn.LogSigmoid"),
        ),
        ("aten::sigmoid", "aten::sigmoid_", "aten::log_sigmoid_forward", "aten::special_expit"),
        told="`sigmoid`, `expit`, `logsigmoid`",
    ),
    "tanh": Concept((*spelled("tanh", "torch.nn.Tanh", "numpy.tanh", "math.tanh"),), ("aten::tanh", "aten::tanh_")),
    "relu": Concept(
        (*spelled("relu", "torch.nn.ReLU"), "torch.nn.functional.relu6", "torch.nn.ReLU6"),
        ("aten::relu", "aten::relu_", "aten::hardtanh"),
        told="`relu`, `relu6`",
    ),
    "leaky_relu": Concept(
        (*spelled("leaky_relu", "torch.nn.LeakyReLU"), *spelled("prelu", "torch.nn.PReLU")),
        ("aten::leaky_relu", "aten::leaky_relu_", "aten::_prelu_kernel"),
    ),
    "linear": Concept(
        ("torch.nn.functional.linear", "torch.nn.Linear", "torch.nn.LazyLinear", "torch.nn.Bilinear"),
        told="`linear` (`nn.Linear`)",
    ),
    "mse_loss": Concept(
        ("torch.nn.functional.mse_loss", "torch.nn.MSELoss", "sklearn.metrics.mean_squared_error"),
        ("aten::mse_loss",),
        told="`mse_loss`",
    ),
    "binary_cross_entropy": Concept(
        (
            "torch.nn.functional.binary_cross_entropy",
            "torch.nn.functional.binary_cross_entropy_with_logits",
            "torch.nn.BCELoss",
            "torch.nn.BCEWithLogitsLoss",
            "sklearn.metrics.log_loss",
        ),
        ("aten::binary_cross_entropy", "aten::binary_cross_entropy_with_logits"),
        told="the losses of `torch.nn` (`binary_cross_entropy`, `BCELoss`, with logits or without)",
    ),
    "cross_entropy": Concept(
        (
            "torch.nn.functional.cross_entropy",
            "torch.nn.CrossEntropyLoss",
            "torch.nn.functional.nll_loss",
            "torch.nn.NLLLoss",
        ),
        ("aten::nll_loss_forward", "aten::nll_loss2d_forward", "aten::cross_entropy_loss"),
        told="the losses of `torch.nn` (`cross_entropy`, `nll_loss`)",
    ),
    "hinge_loss": Concept(
        (
            "torch.nn.functional.hinge_embedding_loss",
            "torch.nn.HingeEmbeddingLoss",
            "torch.nn.functional.margin_ranking_loss",
            "torch.nn.MarginRankingLoss",
            "sklearn.metrics.hinge_loss",
        )
    ),
    "autograd": Concept(
        (
            "torch.autograd.grad",
            "torch.autograd.backward",
            "torch.Tensor.backward",
            "torch.func.grad",
            "torch.func.vjp",
            "torch.func.jacrev",
            "torch.func.jacfwd",
            "torch.autograd.functional.jacobian",
            "torch.autograd.functional.vjp",
        ),
        told="`autograd`, `backward`, `torch.func`",
    ),
    "optimizers": Concept(
        (
            *(
                f"torch.optim.{name}"
                for name in (
                    *("SGD", "Adagrad", "RMSprop", "Adam", "AdamW", "NAdam", "Adamax", "Adadelta", "Rprop", "RAdam"),
                    *("Adafactor", "ASGD", "SparseAdam", "Muon"),
                )
            ),
            *(f"torch.optim.{name}.{name}" for name in ("sgd", "adagrad", "rmsprop", "adam", "adamw")),
        ),
        tuple(f"aten::_fused_{name}_" for name in ("sgd", "adagrad", "adam", "adamw")),
        told="the optimizers of `torch.optim`",
    ),
    "schedules": Concept(
        tuple(
            f"torch.optim.lr_scheduler.{name}"
            for name in (
                "StepLR",
                "ExponentialLR",
                "CosineAnnealingLR",
                "LambdaLR",
                "LinearLR",
                "SequentialLR",
                "OneCycleLR",
            )
        ),
        told="the schedules of `torch.optim.lr_scheduler`",
    ),
    "clipping": Concept(
        (
            "torch.nn.utils.clip_grad_norm_",
            "torch.nn.utils.clip_grad_norm",
            "torch.nn.utils.get_total_norm",
            "torch.nn.utils.clip_grads_with_norm_",
        ),
        told="`clip_grad_norm_`",
    ),
    "initialisation": Concept(
        tuple(
            f"torch.nn.init.{name}"
            for name in (
                "xavier_uniform_",
                "xavier_normal_",
                "kaiming_uniform_",
                "kaiming_normal_",
                "xavier_uniform",
                "kaiming_normal",
            )
        ),
        told="`torch.nn.init`",
    ),
    "batch_norm": Concept(
        (
            *spelled("batch_norm", "torch.nn.BatchNorm1d", "torch.nn.BatchNorm2d", "torch.native_batch_norm"),
            *spelled("layer_norm", "torch.nn.LayerNorm"),
        ),
        (
            "aten::native_batch_norm",
            "aten::_native_batch_norm_legit",
            "aten::native_layer_norm",
            "aten::_batch_norm_with_update",
        ),
        told="`batch_norm`, `layer_norm`",
    ),
    "dropout": Concept(
        (
            *spelled("dropout", "torch.nn.Dropout", "torch.native_dropout"),
            *spelled("alpha_dropout", "torch.nn.AlphaDropout"),
        ),
        ("aten::native_dropout",),
        told="`dropout`",
    ),
    "kfold": Concept(
        (
            "sklearn.model_selection.KFold",
            "sklearn.model_selection.StratifiedKFold",
            "sklearn.model_selection.cross_val_score",
        ),
        told="scikit-learn's folds",
    ),
    "classifiers": Concept(
        tuple(
            f"sklearn.{name}"
            for name in (
                "neighbors.KNeighborsClassifier",
                "svm.SVC",
                "svm.LinearSVC",
                "linear_model.LogisticRegression",
                "linear_model.SGDClassifier",
                "neural_network.MLPClassifier",
                "ensemble.RandomForestClassifier",
                "ensemble.GradientBoostingClassifier",
                "ensemble.HistGradientBoostingClassifier",
            )
        ),
        told="scikit-learn's classifiers",
    ),
    "data_loader": Concept(
        ("torch.utils.data.DataLoader", "torch.utils.data.RandomSampler", "torch.utils.data.BatchSampler"),
        told="`torch.utils.data`",
    ),
}
