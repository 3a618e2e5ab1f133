/*
 * Two-phase commit as Gray and Lamport wrote it: the yardstick of Sources/Machines/Examples/TwoPhaseCommit.swift.
 *
 * The network is a board: what was said stays readable, so a message is a bit that is never taken back. Every action is
 * one atomic step, so that spin stores the states of the protocol and none in between.
 *
 *   spin -a -DN=8 two-phase-commit.pml
 *   gcc -O2 -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -E -n -m1000000
 *
 * N=8: 1,745,408 states, 18,507,778 transitions. N=9: 10,340,352 and 123,558,402.
 */
#ifndef N
#define N 8
#endif
#define BIT(i) (1 << (i))
#define EVERYBODY (BIT(N) - 1)

#define WORKING 0
#define PREPARED 1
#define COMMITTED 2
#define ABORTED 3

/* Where each manager is. */
byte manager[N];

/* What the coordinator knows: whether it has decided, and who has told it of being prepared. */
bool decided;
short known;

/* The board. */
short saidPrepared;
bool saidCommit;
bool saidAbort;

active [N] proctype Manager() {
  do
  :: d_step { manager[_pid] == WORKING ->
       manager[_pid] = PREPARED; saidPrepared = saidPrepared | BIT(_pid) }
  :: d_step { manager[_pid] == WORKING -> manager[_pid] = ABORTED }
  :: d_step { saidCommit -> manager[_pid] = COMMITTED }
  :: d_step { saidAbort -> manager[_pid] = ABORTED }
  /* The coordinator reads what this manager said, perhaps again. */
  :: d_step { !decided && (saidPrepared & BIT(_pid)) -> known = known | BIT(_pid) }
  od
}

active proctype Coordinator() {
  do
  :: d_step { !decided && known == EVERYBODY -> decided = true; saidCommit = true }
  :: d_step { !decided -> decided = true; saidAbort = true }
  od
}
