"""What a text encoder's configuration may say."""

from inkcloud.checkpoints.rule import FLAG, NONE, Rule, choice, number, whole

_WIDTH = whole(1, 16384)
_TOKEN = whole(0, 2**20) | NONE

CLIP_REQUIRED = (
    "vocab_size",
    "hidden_size",
    "intermediate_size",
    "num_hidden_layers",
    "num_attention_heads",
    "max_position_embeddings",
)

CLIP_RULES: dict[str, Rule] = {
    "vocab_size": whole(1, 2**20),
    "hidden_size": _WIDTH,
    "intermediate_size": whole(1, 65536),
    "num_hidden_layers": whole(1, 128),
    "num_attention_heads": whole(1, 1024),
    "max_position_embeddings": whole(3, 4096),
    "hidden_act": choice("quick_gelu", "gelu", "gelu_new", "relu", "silu"),
    "layer_norm_eps": number(0, 1),
    "attention_dropout": number(0, 1),
    "projection_dim": _WIDTH,
    "pad_token_id": _TOKEN,
    "bos_token_id": _TOKEN,
    "eos_token_id": _TOKEN,
    "use_attention_mask": FLAG,
}

BERT_REQUIRED = CLIP_REQUIRED

BERT_RULES: dict[str, Rule] = {
    "vocab_size": whole(1, 2**20),
    "hidden_size": _WIDTH,
    "intermediate_size": whole(1, 65536),
    "num_hidden_layers": whole(1, 128),
    "num_attention_heads": whole(1, 1024),
    "max_position_embeddings": whole(3, 4096),
    "type_vocab_size": whole(1, 1024),
    "hidden_act": choice("gelu", "gelu_new", "quick_gelu", "relu", "silu"),
    "hidden_dropout_prob": number(0, 1),
    "attention_probs_dropout_prob": number(0, 1),
    "layer_norm_eps": number(0, 1),
    "position_embedding_type": choice("absolute"),
    "pad_token_id": _TOKEN,
    "is_decoder": choice(False),
    "add_cross_attention": choice(False),
    "use_attention_mask": FLAG,
}
