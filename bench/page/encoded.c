/* encoded.c - see encoded.h. zlib compresses, nettle encodes. */
#include "bench/page/encoded.h"

#include <nettle/base64.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "bench/json/must.h"

/* Owner: the caller. */
static unsigned char *compress_all(const char *bytes, size_t size, size_t *length)
{
    enum { GZIP = 16 + MAX_WBITS, MEMORY = 9 };
    z_stream stream = {.next_in = (unsigned char *)(size_t)bytes, .avail_in = (unsigned)size};
    unsigned char *out;
    must_memory(deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP, MEMORY, Z_DEFAULT_STRATEGY) == Z_OK
                    ? &stream
                    : NULL);
    *length = deflateBound(&stream, size);
    out = must_memory(malloc(*length));
    stream.next_out = out;
    stream.avail_out = (unsigned)*length;
    must_memory(deflate(&stream, Z_FINISH) == Z_STREAM_END ? &stream : NULL);
    *length = stream.total_out;
    deflateEnd(&stream);
    return out;
}

char *encoded_gzip(const char *bytes, size_t size, size_t *length)
{
    static const char head[] = "data:application/gzip;base64,";
    size_t packed_length, encoded;
    unsigned char *packed = compress_all(bytes, size, &packed_length);
    char *text = must_memory(malloc(strlen(head) + BASE64_ENCODE_RAW_LENGTH(packed_length) + 1));
    memcpy(text, head, strlen(head));
    base64_encode_raw(text + strlen(head), packed_length, packed);
    encoded = BASE64_ENCODE_RAW_LENGTH(packed_length);
    *length = strlen(head) + encoded;
    text[*length] = '\0';
    free(packed);
    return text;
}

const char *encoded_hash(const char *bytes, size_t size, char out[static ENCODED_HASH_SIZE])
{
    struct sha256_ctx hash;
    uint8_t digest[SHA256_DIGEST_SIZE];
    char text[BASE64_ENCODE_RAW_LENGTH(SHA256_DIGEST_SIZE) + 1] = "";
    sha256_init(&hash);
    sha256_update(&hash, size, (const uint8_t *)bytes);
    sha256_digest(&hash, sizeof digest, digest);
    base64_encode_raw(text, sizeof digest, digest);
    snprintf(out, ENCODED_HASH_SIZE, "'sha256-%s'", text);
    return out;
}
