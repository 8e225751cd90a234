"""Sends a mail that `salesmetrics report deals.csv -o report.eml` has written, by SMTP.

    send_report.py report.eml FROM TO [TO ...]

SMTP_HOST and SMTP_PORT name the server. With SMTP_USER and SMTP_PASSWORD it logs in, and only over TLS.
"""

import email
import os
import smtplib
import ssl
import sys
from email import policy
from email.utils import formatdate, make_msgid
from pathlib import Path

path, sender, *recipients = sys.argv[1:]
message = email.message_from_bytes(Path(path).read_bytes(), policy=policy.SMTP)
message["From"] = sender
message["To"] = ", ".join(recipients)
message["Date"] = formatdate()
message["Message-ID"] = make_msgid()

with smtplib.SMTP(
    os.environ.get("SMTP_HOST", "localhost"), int(os.environ.get("SMTP_PORT", "25")), timeout=60
) as server:
    if "SMTP_USER" in os.environ:
        server.starttls(context=ssl.create_default_context())
        server.login(os.environ["SMTP_USER"], os.environ["SMTP_PASSWORD"])
    server.send_message(message)
