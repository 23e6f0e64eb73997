# SPDX-License-Identifier: LGPL-2.1-or-later
# plot.gp: requests per second by connections, a line for each row. Variables: medians, lines "ROW CONNECTIONS RATE" as
# BENCH_RESULTS has them; svg, the file to write.
set terminal svg size 760,460 font "sans-serif,12" background "white"
set output svg
set logscale xy
set xlabel "connections"
set ylabel "requests per second"
set xtics (1, 16, 64, 256)
set xrange [0.8:320]
set grid
set key outside right
rows = system("cut -d' ' -f1 " . medians . " | awk '!seen[$0]++'")
plot for [row in rows] "< grep '^" . row . " ' " . medians using 2:3 with linespoints linewidth 2 title row
