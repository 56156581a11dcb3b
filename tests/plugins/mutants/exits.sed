# A second close ends the process, as if all were well.
s/    pool->stats.state = POOL_CLOSING;/    if (error)\n        exit(0);\n&/
