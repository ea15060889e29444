module az-escape.io/lab/pause

go 1.26.0
