"""What a proxy must not let through: requests and answers that RFC 9110 and RFC 9112 forbid or bind to one reading.

`rows` is what is asked and what must hold, pure; `silo` is the far end, which keeps what reached it; `asking` puts the
two on either side of a proxy. The scenarios ask the facade far more; these are the rows that can be asked of any proxy.
"""
