"""What WeCom and WeChat have in common: signed envelopes, XML fields, tokens, an HTTP API, texts without buttons."""
