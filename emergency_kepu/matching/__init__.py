"""Pure: what happened, is it news, who should hear of it, and may it go out."""
