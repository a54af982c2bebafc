# Sourced by `benches/run`: prints docs/performance.md from the results.

# The median of what comes in.
median() {
  sort -g | awk '{ value[NR] = $1 } END { print (value[int((NR + 1) / 2)] + value[int(NR / 2) + 1]) / 2 }'
}

# Of one result: its rate, p50 or p99: RESULT COLUMN
column() {
  cut -d ' ' -f "$2" "$work/results/$1" | median
}

# The median of the rounds' ratios: RESULT YARDSTICK
ratio() {
  paste -d ' ' "$work/results/$1" "$work/results/$2" | awk '{ print $1 / $6 }' | median | xargs printf '%.2f'
}

# Whether a figure is at least, or at most, its target: FIGURE >=|<= TARGET
verdict() {
  awk -v figure="$1" -v target="$3" -v sign="$2" 'BEGIN {
    met = sign == ">=" ? figure >= target : figure <= target
    print met ? "reached" : "**missed**"
  }'
}

# A line of the table: NAME RESULT [YARDSTICK TARGET]
line() {
  local share=
  [[ -z ${3:-} ]] || share=$(ratio "$2" "$3")
  printf '| %s | %.0f/s | %s | %s | %s | %.2f ms | %.1f ms |\n' "$1" "$(column "$2" 1)" "$share" \
    "${4:-}" "${4:+$(verdict "$share" '>=' "$4")}" "$(column "$2" 2)" "$(column "$2" 3)"
}

start=$(median <"$work/results/start")

cat <<END
# Performance

Written by \`benches/run\`, which builds, seeds, measures and checks everything on this page; run it to
repeat the figures. It needs Rust, a C compiler, make, perl, curl and wrk (it installs the last two from
Debian's packages), some 2 GB of disk in \`TMPDIR\` (default \`/var/tmp\`) and about five minutes after the build.

The machine of these figures: $(nproc) cores, which the server and wrk share; a synced write of 4 KB to its
disk takes $sync_time ms. Rates mean little by themselves, so each is compared with **hello**: a bare actix-web
server on the same cores with as many workers, whose one route parses the same form from the same requests
and answers constant JSON of the size of an introspection answer.

| 64 connections | rate | of hello | target | | p50 | p99 |
|---|---|---|---|---|---|---|
$(line 'hello' hello)
$(line 'introspection, 1,000 live tokens' thousand hello 0.50)
$(line 'introspection, 1,000,000 live tokens' million hello 0.33)
$(line 'client credentials, each synced to disk before its answer' issuing hello 0.25)

| beside sign-ins, 1,000,000 live tokens | rate | of quiet | target | | p50 | p99 |
|---|---|---|---|---|---|---|
$(line 'introspection, quiet' quiet)
$(line "introspection while $logins sign-ins run at once" beside quiet 0.70)

| password grant, $logins sign-ins at once | rate | | | | p50 | p99 |
|---|---|---|---|---|---|---|
$(line 'alone' logins)
$(line 'beside introspection at 64 connections' logins_beside)

| with 1,000,000 live tokens | figure | target | |
|---|---|---|---|
| resident memory, idle after the start | $idle MB | 25 MB | $(verdict "$idle" '<=' 25) |
| from the start of the process to the first answered introspection | $start ms | 50 ms | $(verdict "$start" '<=' 50) |
| own memory after $((rounds * seconds)) s of introspections (the mapped database file comes on top, and is the system's to take back) | $loaded MB | | |
| own memory after $((rounds * seconds)) s of client credentials | $peak MB | | |

## How it is measured
- Everything is the release build with its default configuration, SQLite on a disk with \`synchronous=FULL\`,
  the log in a file. Introspection is asked by a resource server with HTTP Basic, with tokens picked at
  random out of 50,000 (of the 1,000,000, or all 1,000). Of these 70 % are users' tokens from grants, 20 %
  clients' own, 10 % personal ones, over 100,000 users.
- The compared figures run in turn, $rounds rounds of $seconds seconds each (sign-ins 3 rounds), and a ratio is
  the median of the ratios of each round. Each ratio is of the same run, never of two.
- wrk looks at the status of every answer and, on 4 of the connections, for \`"active":true\` or
  \`"access_token"\` in every body; one wrong answer ends the run without a page. Before and after, live,
  mistyped and unauthenticated requests are checked one by one, and under full load fresh tokens are
  revoked and must be inactive in the very next introspection.
- Client credentials have a database of their own, which grows by every token issued.
- The connections are kept alive, and there is no TLS: that is the proxy's.
END
