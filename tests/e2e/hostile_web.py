"""A web of servers that keep a client waiting, behind one address, over TLS.

usage: hostile_web.py ADDRESS CERTIFICATE KEY

By the first letter of the host: d drips a byte every half second, s is silent after the request, e sends without end.
"""

import asyncio
import re
import ssl
import sys


async def drip(writer):
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        writer.write(b"x" * 60)  # fast enough for the door's least speed
        await writer.drain()
        await asyncio.sleep(0.5)


async def stay_silent(_):
    await asyncio.sleep(3600)


async def send_without_end(writer):
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"1000\r\n" + b"word " * 819 + b"w\r\n")
        await writer.drain()
        await asyncio.sleep(0.25)  # the processor is to be the door's, not this server's


BEHAVIOURS = {"d": drip, "s": stay_silent, "e": send_without_end}


async def serve(reader, writer):
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        host = re.search(rb"\r\nHost: (.)", head, re.IGNORECASE)
        if head.startswith(b"GET /robots.txt"):
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            return await writer.drain()
        await BEHAVIOURS[host[1].decode()](writer)
    except (OSError, asyncio.IncompleteReadError):
        pass  # the client went, as it should
    finally:
        writer.close()


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    server = await asyncio.start_server(serve, sys.argv[1], 443, ssl=context, backlog=512)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
