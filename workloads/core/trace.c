/* trace.c - see trace.h. zlib reads plain files as well. */
#include "workloads/core/trace.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { BUFFER = 1 << 16 };

static const char header[] = "arrival_s,service_s", header_class[] = "arrival_s,service_s,class";

struct trace_reader {
    gzFile file;
    char *path;
    int64_t line; /* number of the last one that was taken, from 1 */
    int64_t jobs, first_ns, last_ns;
    size_t from, to; /* what of the buffer is not yet taken */
    bool ended;
    char buffer[BUFFER];
};

/* A name that is shown whole or from its end, which tells more. */
static const char *shown(const char *path)
{
    enum { MOST = 120 };
    size_t length = strlen(path);
    return length > MOST ? path + length - MOST : path;
}

/* What stands at a wrong place, as it can be printed. */
static const char *quoted(const char *text, char *out, size_t size)
{
    size_t i = 0;
    for (; text[i] && i + 1 < size; i++)
        out[i] = isprint((unsigned char)text[i]) ? text[i] : '?';
    out[i] = '\0';
    return out;
}

static int wrong(const struct trace_reader *reader, struct why why, const char *what)
{
    return why_wrong(why, "trace %s, line %lld: %s", shown(reader->path), (long long)reader->line, what);
}

static int cannot_open(const char *path, struct why why, const char *reason)
{
    return why_wrong(why, "trace %s: %s (a file of lines arrival_s,service_s, plain or gzipped)", shown(path), reason);
}

static int open_file(const char *path, struct why why)
{
    struct stat found;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return cannot_open(path, why, strerror(errno));
    if (fstat(descriptor, &found) || !S_ISREG(found.st_mode)) {
        close(descriptor);
        return cannot_open(
            path, why, S_ISDIR(found.st_mode) ? "is a folder" : "is no plain file: it is read again in every round");
    }
    return descriptor;
}

int trace_open(struct trace_reader **out, const char *path, struct why why)
{
    struct trace_reader *reader;
    int descriptor = open_file(path, why);
    if (descriptor < 0)
        return descriptor;
    reader = calloc(1, sizeof *reader);
    if (reader)
        reader->path = strdup(path);
    if (reader && reader->path)
        reader->file = gzdopen(descriptor, "rb");
    if (!reader || !reader->file) {
        close(descriptor);
        trace_close(reader);
        why_wrong(why, "trace %s: out of memory", shown(path));
        return -ENOMEM;
    }
    *out = reader;
    return 0;
}

void trace_close(struct trace_reader *reader)
{
    if (!reader)
        return;
    if (reader->file)
        gzclose_r(reader->file);
    free(reader->path);
    free(reader);
}

/* Moves what is left to the front and fills up. Returns 0, or -EINVAL with a line. */
static int fill(struct trace_reader *reader, struct why why)
{
    int got, code = Z_OK;
    const char *text;
    memmove(reader->buffer, reader->buffer + reader->from, reader->to - reader->from);
    reader->to -= reader->from;
    reader->from = 0;
    got = gzread(reader->file, reader->buffer + reader->to, (unsigned)(BUFFER - reader->to));
    if (got > 0)
        reader->to += (size_t)got;
    text = gzerror(reader->file, &code);
    if (got < 0 || (code != Z_OK && code != Z_STREAM_END)) {
        if (code == Z_ERRNO)
            text = strerror(errno);
        else if (code == Z_BUF_ERROR)
            text = "the gzipped file was cut off (it has to be whole)";
        reader->line++;
        return wrong(reader, why, text && *text ? text : "cannot be read");
    }
    reader->ended = got == 0;
    return 0;
}

/* The next line, as a string in the buffer: 1; 0 at the end; -EINVAL with a line. */
static int next_line(struct trace_reader *reader, char **line, size_t *length, struct why why)
{
    char *begin, *end;
    for (;;) {
        size_t left = reader->to - reader->from;
        begin = reader->buffer + reader->from;
        end = left ? memchr(begin, '\n', left) : NULL;
        if (end || left > TRACE_LINE_MAX + 1 || reader->ended)
            break;
        if (fill(reader, why))
            return -EINVAL;
    }
    if (!end && reader->from == reader->to)
        return 0;
    reader->line++;
    if (end ? end - begin > TRACE_LINE_MAX + 1 : reader->to - reader->from > TRACE_LINE_MAX + 1)
        return wrong(reader, why, "is longer than 255 letters (arrival_s,service_s,class)");
    if (!end)
        return wrong(reader, why,
                     "has no newline at its end: the file was cut off (every line ends in one, the last too)");
    reader->from += (size_t)(end - begin) + 1;
    if (end > begin && end[-1] == '\r')
        end--;
    *end = '\0';
    *line = begin;
    *length = (size_t)(end - begin);
    return 1;
}

/* Seconds as plain decimals, to the nanosecond, exactly: also of a time since 1970, which a
 * double holds to 200 ns only. Returns the end, or NULL where it is not that. */
static const char *read_plain(const char *text, int64_t *ns)
{
    int64_t whole = 0, part = 0, scale = 1000000000;
    const char *at = text;
    for (; *at >= '0' && *at <= '9'; at++) {
        whole = whole * 10 + (*at - '0');
        if (whole > TRACE_ARRIVAL_MAX_S)
            return NULL;
    }
    if (at == text)
        return NULL;
    if (*at == '.') {
        bool up = at[1] && strspn(at + 1, "0123456789") > 9 && at[10] >= '5';
        for (at++; *at >= '0' && *at <= '9'; at++) {
            if (scale > 1) {
                scale /= 10;
                part += (*at - '0') * scale;
            }
        }
        part += up;
    }
    *ns = whole * 1000000000 + part;
    return at;
}

/* One number of seconds between 0 and `max_s`. Returns what follows it, or NULL and a line. */
static const char *read_seconds(const struct trace_reader *reader, const char *text, const char *name, int64_t max_s,
                                int64_t *ns, struct why why)
{
    char shown_text[40], what[256], copy[TRACE_LINE_MAX + 1];
    size_t length = strcspn(text, ",");
    const char *end = read_plain(text, ns);
    bool big = false;
    if (length && end == text + length && *ns <= max_s * 1000000000) /* as nearly all are */
        return end;
    snprintf(copy, sizeof copy, "%.*s", (int)length, text);
    if (!length) {
        snprintf(what, sizeof what, "%s is missing (every job has an arrival and a service, in seconds)", name);
    } else {
        if (end != text + length) {
            /* strtod would take "inf", "nan", "0x1p3" and leading blanks. */
            char *stop = NULL;
            bool may = length < sizeof copy && strspn(copy, "0123456789.eE+-") == length && copy[0] != '+';
            double value = may ? strtod(copy, &stop) : NAN;
            end = may && stop == copy + length && isfinite(value) ? text + length : NULL;
            big = may && stop == copy + length && !(fabs(value) <= (double)max_s);
            if (end && !big)
                *ns = (int64_t)llround(value * 1e9);
        }
        if (end && !big && *ns >= 0 && *ns <= max_s * 1000000000)
            return end;
        if (!end && !big)
            snprintf(what, sizeof what, "%s \"%s\" is not a number of seconds (as in 12.5 or 0.0021%s)", name,
                     quoted(copy, shown_text, sizeof shown_text),
                     reader->line == 1 ? "; a first line of names is arrival_s,service_s,class" : "");
        else
            snprintf(what, sizeof what, "%s %s is out of range (0 to %lld s)", name,
                     quoted(copy, shown_text, sizeof shown_text), (long long)max_s);
    }
    wrong(reader, why, what);
    return NULL;
}

static int read_class(const struct trace_reader *reader, const char *text, size_t length, char *class, struct why why)
{
    if (length > TRACE_CLASS_MAX)
        return wrong(reader, why, "the name of the class is longer than 63 letters");
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == '"' || text[i] == ',' || text[i] == 0x7f)
            return wrong(reader, why,
                         "a class is a word of at most 63 letters, without comma and quotes, and ends the line");
    memcpy(class, text, length);
    class[length] = '\0';
    return 0;
}

static int read_job(struct trace_reader *reader, const char *line, size_t length, struct trace_job *job, struct why why)
{
    const char *at = line;
    if (!length)
        return wrong(reader, why, "is empty (a hole: every line is a job, arrival_s,service_s)");
    at = read_seconds(reader, at, "the arrival", TRACE_ARRIVAL_MAX_S, &job->arrival_ns, why);
    if (!at)
        return -EINVAL;
    if (*at != ',')
        return wrong(reader, why, "has no service (arrival_s,service_s, in seconds)");
    at = read_seconds(reader, at + 1, "the service", TRACE_SERVICE_MAX_S, &job->service_ns, why);
    if (!at)
        return -EINVAL;
    if (*at == ',')
        at++;
    return read_class(reader, at, (size_t)(line + length - at), job->class, why);
}

/* Whether two lines are the same but for blanks and capitals. */
static bool is_alike(const char *line, const char *names)
{
    for (;; line++, names++) {
        line += strspn(line, " \t");
        if (tolower((unsigned char)*line) != *names)
            return false;
        if (!*names)
            return true;
    }
}

/* Whether a first line is one of names. */
static bool is_header(const char *line)
{
    return is_alike(line, header) || is_alike(line, header_class);
}

/* What some programs write at the begin of a text in UTF-8. */
static size_t mark_length(const char *line)
{
    static const char mark[] = "\xef\xbb\xbf";
    return strncmp(line, mark, sizeof mark - 1) ? 0 : sizeof mark - 1;
}

static int check_order(const struct trace_reader *reader, const struct trace_job *job, struct why why)
{
    if (reader->jobs && job->arrival_ns < reader->last_ns)
        return wrong(reader, why,
                     "comes before the job above it (lines are in the order of arrival; sort -n -t, -k1,1)");
    if (reader->jobs && job->arrival_ns - reader->first_ns > TRACE_SPAN_MAX_S * 1000000000)
        return wrong(reader, why, "is more than 366 days after the first job");
    return 0;
}

int trace_next(struct trace_reader *reader, struct trace_job *job, struct why why)
{
    char *line;
    size_t length = 0;
    int got = next_line(reader, &line, &length, why);
    if (got == 1 && reader->line == 1) {
        size_t mark = mark_length(line);
        line += mark;
        length -= mark;
        if (is_header(line))
            got = next_line(reader, &line, &length, why);
    }
    if (got < 0)
        return got;
    if (!got && !reader->jobs)
        return cannot_open(reader->path, why, "no jobs in it");
    if (!got)
        return 0;
    if (read_job(reader, line, length, job, why) || check_order(reader, job, why))
        return -EINVAL;
    if (!reader->jobs++)
        reader->first_ns = job->arrival_ns;
    reader->last_ns = job->arrival_ns;
    return 1;
}

int trace_summarise(const char *path, struct trace_summary *summary, struct why why)
{
    struct trace_reader *reader;
    struct trace_job job;
    double sum = 0, squares = 0, mean;
    int got = trace_open(&reader, path, why);
    *summary = (struct trace_summary){0};
    if (got)
        return got;
    while ((got = trace_next(reader, &job, why)) == 1) {
        double service = (double)job.service_ns;
        sum += service;
        squares += service * service;
        summary->service_max_ns = job.service_ns > summary->service_max_ns ? job.service_ns : summary->service_max_ns;
    }
    summary->jobs = reader->jobs;
    summary->first_ns = reader->first_ns;
    summary->last_ns = reader->last_ns;
    trace_close(reader);
    if (got)
        return got;
    mean = summary->service_mean_ns = sum / (double)summary->jobs;
    if (mean > 0)
        summary->service_variation = fmax(0, squares / (double)summary->jobs / (mean * mean) - 1);
    return 0;
}

bool trace_is_gzipped(const char *path)
{
    size_t length = strlen(path);
    return length > 3 && !strcmp(path + length - 3, ".gz");
}
