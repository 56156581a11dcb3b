/* file_sum.c - see file_sum.h. */
#include "bench/measure/file_sum.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/base16.h>
#include <nettle/sha2.h>
#include <string.h>
#include <unistd.h>

int file_sum(const char *path, char sum[FILE_SUM])
{
    uint8_t part[1 << 14], digest[SHA256_DIGEST_SIZE];
    struct sha256_ctx context;
    ssize_t got;
    int file = open(path, O_RDONLY | O_CLOEXEC), error;
    if (file < 0)
        return -errno;
    sha256_init(&context);
    while ((got = read(file, part, sizeof part)) > 0)
        sha256_update(&context, (size_t)got, part);
    error = got < 0 ? -errno : 0;
    close(file);
    sha256_digest(&context, sizeof digest, digest);
    base16_encode_update(sum, sizeof digest, digest);
    sum[FILE_SUM - 1] = '\0';
    return error;
}

bool file_sum_differs(const char *path, const char sum[FILE_SUM])
{
    char now[FILE_SUM];
    return file_sum(path, now) || strcmp(now, sum) != 0;
}
