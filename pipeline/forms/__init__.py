"""The catalogue of forms: data in millimetres, its checks, its drawing."""
