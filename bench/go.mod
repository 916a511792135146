module github.com/evgen-dev/evgen/bench

go 1.26.0
