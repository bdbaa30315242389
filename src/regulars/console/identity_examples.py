"""How the server of the shop's site makes an identity token: short, to be copied, and without a library
where the language has what it takes."""

from __future__ import annotations

PYTHON = """\
import os, time
import jwt  # pip install PyJWT

def identity_token(customer):
    claims = {
        "sub": str(customer.id),  # as in your orders
        "exp": int(time.time()) + 3600,
        "email": customer.email,  # may be left out
    }
    secret = os.environ["REGULARS_IDENTITY"]
    return jwt.encode(claims, secret, algorithm="HS256")
"""

PHP = """\
function identity_token($customer) {
    $b64 = fn($s) => rtrim(strtr(base64_encode($s), '+/', '-_'), '=');
    $head = $b64('{"alg":"HS256","typ":"JWT"}');
    $body = $b64(json_encode([
        'sub' => (string) $customer->id,  // as in your orders
        'exp' => time() + 3600,
        'email' => $customer->email,  // may be left out
    ]));
    $secret = getenv('REGULARS_IDENTITY');
    $mark = $b64(hash_hmac('sha256', "$head.$body", $secret, true));
    return "$head.$body.$mark";
}
"""
