/* topology_loaded.h - what topology.c loaded once, for topology_place.c beside it. Valid
 * and constant after a topology_read that returned 0. Threads: any. */
#ifndef TOPOLOGY_LOADED_H
#define TOPOLOGY_LOADED_H

#include <hwloc.h>

extern hwloc_topology_t topology_machine; /* NULL: could not load */
extern hwloc_bitmap_t topology_usable;    /* CPUs of the affinity mask, as the process began with */
extern hwloc_bitmap_t topology_fastest;   /* those of them that are of the kind that is used: the fastest */

#endif
