"""Emergency science popularization: alert feeds in, reviewed plain-language advice out."""
