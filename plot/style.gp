# style.gp - how all figures look; loaded by each script.
#
# Variables from the caller: out (file), kind ("svg" or "png"), data (folder
# with the .tsv files), title, dim (line under it), foot (small line at the
# bottom), pools (names, by space).

if (kind eq "svg") {
    set terminal svg size 1200,675 dynamic font "DejaVu Sans,Helvetica,Arial,sans-serif,15" background "#ffffff"
} else {
    set terminal pngcairo size 1200,675 font "DejaVu Sans,12"
}
set output out
set datafile separator tab
set datafile missing NaN
set encoding utf8

ink = "#1F2933"
grey = "#7B8794"
faint = "#E4E7EB"

# One colour and one marker for each pool, in every figure.
colour(p) = p eq "ring" ? "#0072B2" : p eq "steal" ? "#D55E00" : p eq "mutex" ? "#009E73" : \
            p eq "textbook" ? "#CC79A7" : p eq "inline" ? "#777777" : p eq "spawn" ? "#E69F00" : \
            p eq "stream" ? "#7B3294" : p eq "glib" ? "#56B4E9" : p eq "libuv" ? "#3D8FC4" : \
            p eq "asio" ? "#5B7FA6" : p eq "tbb" ? "#6C8EBF" : p eq "openmp" ? "#7F93A8" : \
            p eq "cthreadpool" ? "#8FA0B0" : p eq "thread-pool" ? "#9AA5B1" : p eq "apr" ? "#A9B4BE" : \
            p eq "direct" ? "#999999" : "#56B4E9"
marker(p) = p eq "ring" ? 7 : p eq "steal" ? 5 : p eq "mutex" ? 9 : p eq "textbook" ? 13 : \
            p eq "inline" ? 6 : p eq "spawn" ? 11 : 15
hollow(p) = p eq "ring" ? 6 : p eq "steal" ? 4 : p eq "mutex" ? 8 : p eq "textbook" ? 12 : \
            p eq "inline" ? 6 : p eq "spawn" ? 10 : 14
dashes(p) = p eq "inline" || p eq "direct" ? 2 : 1

set border 3 linecolor rgb grey linewidth 0.8
set tics nomirror out scale 0.6 textcolor rgb ink
set grid linecolor rgb faint linewidth 0.6 dashtype 1
unset key
set label 1 title at screen 0.03,0.945 left front font ",19" textcolor rgb ink noenhanced
set label 2 dim at screen 0.03,0.893 left front font ",12" textcolor rgb grey noenhanced
set label 3 foot at screen 0.03,0.035 left front font ",10" textcolor rgb grey noenhanced
