/* record.h - what the history keeps of a document: of which machine, revision and kind it
 * is, the document without its bulk, and one point for each benchmark. Pure functions. */
#ifndef RECORD_H
#define RECORD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "workloads/core/workload.h"

enum { RECORD_KEY = 65, RECORD_NAME = 768, RECORD_BASE = 11 };

struct record {
    const char *kind;     /* "run", "sweep", "duet" */
    const char *date;     /* ISO 8601, UTC */
    const char *machine;  /* what --machine called it, or the host */
    const char *revision; /* what --revision said, or the program's; "" */
    const char *noise;    /* "quiet", "noisy", "unusable"; "" where it is not known */
    char hardware[256];   /* what results have to share to be one series: processor, CPUs, quota */
    bool interrupted;
    char key[RECORD_KEY]; /* SHA-256 of `text`, in hexadecimal digits: the same document is the same record */
    char *text;           /* the document without histograms' buckets, courses and slices, as JSON on one line */
};

/* Fills a record, whose texts are the document's. Returns 0, or -EINVAL and why it is none:
 * not a document of this program, or without a date or machine. Owner of what it holds: the
 * caller (record_end). */
int record_begin(struct record *record, const json_t *document, char *why, size_t size);
void record_end(struct record *record);

/* The key that a text has. */
void record_key(const char *text, char key[RECORD_KEY]);

/* One benchmark of a document. */
struct record_point {
    char benchmark[RECORD_NAME];
    double value, low, high; /* median over rounds and its interval; an end that there is not is NaN */
    enum workload_unit unit;
    bool more_is_better;
    int rounds, failed;     /* trials, and those that failed */
    bool is_size;           /* workers that a plan takes, no rate and no time */
    bool is_floor;          /* it has no pool: when it changes, the machine has */
    char base[RECORD_BASE]; /* of a duet: the first digits of its base's SHA-256, as ratios to another base are another
                               series; "" where they are not known */
};
typedef void record_point_fn(void *context, const struct record_point *point);

/* Calls for each benchmark of the document that has a figure; of a plan for the workers that it takes, then for the
 * rates that it found. Returns how many. */
int record_points(const json_t *document, record_point_fn *each, void *context);

#endif
