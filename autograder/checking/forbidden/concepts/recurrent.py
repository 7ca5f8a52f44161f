"""What the fourth unit's answers may not call."""

from autograder.checking.forbidden.concepts.concept import Concept

_KINDS = ("rnn_tanh", "rnn_relu", "lstm", "gru")

CONCEPTS: dict[str, Concept] = {
    "recurrent": Concept(
        (
            *(f"torch.nn.{name}" for name in ("RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell", "RNNBase")),
            *(f"torch.{name}" for name in _KINDS),
            *(f"torch.{name}_cell" for name in _KINDS),
            *(f"torch._VF.{name}" for name in _KINDS),
            *(f"torch._VF.{name}_cell" for name in _KINDS),
        ),
        (
            *(f"aten::{name}" for name in _KINDS),
            *(f"aten::{name}_cell" for name in _KINDS),
            "aten::mkldnn_rnn_layer",
            "aten::_thnn_fused_lstm_cell",
            "aten::_thnn_fused_gru_cell",
            "aten::_cudnn_rnn",
        ),
        told="the recurrent layers of `torch.nn`, their cells and functions (`RNN`, `LSTM`, `GRU`, `LSTMCell`)",
    ),
    "embedding": Concept(
        (
            "torch.nn.functional.embedding",
            "torch.embedding",
            "torch.nn.Embedding",
            "torch.nn.functional.embedding_bag",
            "torch.nn.EmbeddingBag",
        ),
        ("aten::embedding", "aten::_embedding_bag"),
        told="`embedding`, `embedding_bag` (`nn.Embedding`, `nn.EmbeddingBag`)",
    ),
    "pad_sequence": Concept(
        (
            "torch.nn.utils.rnn.pad_sequence",
            "torch.nn.utils.rnn.pack_sequence",
            "torch.nn.utils.rnn.pad_packed_sequence",
            "torch._C._nn.pad_sequence",
        ),
        ("aten::pad_sequence",),
        told="`pad_sequence` and its kin in `torch.nn.utils.rnn`",
    ),
    "attention": Concept(
        (
            "torch.nn.functional.scaled_dot_product_attention",
            "torch.nn.functional.multi_head_attention_forward",
            "torch.nn.MultiheadAttention",
            "torch.nn.TransformerEncoderLayer",
            "torch.nn.TransformerDecoderLayer",
            "torch.nn.attention.flex_attention.flex_attention",
        ),
        (
            "aten::scaled_dot_product_attention",
            "aten::_scaled_dot_product_flash_attention_for_cpu",
            "aten::_scaled_dot_product_attention_math",
            "aten::_native_multi_head_attention",
        ),
        told="`scaled_dot_product_attention`, `MultiheadAttention` and their kin",
    ),
}
