/* places.c - see places.h. */
#include "bench/measure/places.h"

int places_of(const struct plan_entry *entry, struct places *places)
{
    char why[256];
    return topology_place(entry->pin, places->cpus, (int)(sizeof places->cpus / sizeof *places->cpus), &places->count,
                          why, sizeof why);
}

int places_worker_cpu(const struct places *places, int worker)
{
    return places->count ? places->cpus[worker % places->count] : -1;
}

int places_producer_cpu(const struct places *places, int producer)
{
    return places->count ? places->cpus[places->count - 1 - producer % places->count] : -1;
}

int places_consumer_cpu(const struct places *places, const struct plan_entry *entry)
{
    return places_producer_cpu(places, entry->producers);
}
