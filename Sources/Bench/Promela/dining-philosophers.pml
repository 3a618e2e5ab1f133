/*
 * Dining philosophers, the last one left-handed: the yardstick of Sources/Machines/Examples/DiningPhilosophers.swift.
 *
 *   spin -a -DN=12 dining-philosophers.pml
 *   gcc -O2 -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -n -m1500000
 *
 * N=12: 1,118,878 states, 9,415,129 transitions.
 */
#ifndef N
#define N 12
#endif

bool held[N];

#define NEXT ((_pid + 1) % N)
#define FIRST (_pid == N - 1 -> NEXT : _pid)
#define SECOND (_pid == N - 1 -> _pid : NEXT)

active [N] proctype Philosopher() {
  do
  :: d_step { !held[FIRST] -> held[FIRST] = true };
     d_step { !held[SECOND] -> held[SECOND] = true };
     held[SECOND] = false;
     held[FIRST] = false
  od
}
