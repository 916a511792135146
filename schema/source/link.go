package source

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"

	"github.com/bufbuild/protocompile/linker"
	"github.com/bufbuild/protocompile/options"
	"github.com/bufbuild/protocompile/parser"
	"github.com/bufbuild/protocompile/reporter"
	"github.com/bufbuild/protocompile/sourceinfo"
)

// link is how far a file has come.
type link struct {
	done    chan struct{} // closed when file or err is there
	file    linker.File
	err     error
	holders atomic.Int32 // importers that are not compiled yet, and the visit
	symbols *linker.Symbols
}

// linking compiles the files of a graph one by one. Protocompile's own compiler starts them all at once and keeps what it has made until the
// last is done: with 7,000 files, that is six times the memory.
type linking struct {
	graph    *graph
	order    []*node // each after its imports
	standard map[string]linker.File
	located  pathSet // files that get source info
	declared declarations
}

// filesPerTable is how many files share a table of symbols. The table finds names that are declared twice, and keeps alive all files that it has
// seen; from table to table [declarations] compares what can meet.
const filesPerTable = 256

func newLinking(g *graph, paths []string) (*linking, error) {
	order, err := g.sorted(paths)
	if err != nil {
		return nil, err
	}
	l := &linking{graph: g, order: order, standard: map[string]linker.File{}, declared: newDeclarations()}
	var symbols *linker.Symbols
	for i, n := range order {
		if i%filesPerTable == 0 {
			symbols = &linker.Symbols{}
		}
		n.done, n.symbols = make(chan struct{}), symbols
		n.holders.Add(1)
		if err := l.hold(n); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// hold notes that n needs its imports.
func (l *linking) hold(n *node) error {
	for _, path := range n.imports {
		if imported := l.graph.nodes[path]; imported != nil {
			imported.holders.Add(1)
			continue
		}
		if l.standard[path] != nil {
			continue
		}
		fd, _ := standardImport(path)
		file, err := linker.NewFileRecursive(fd)
		if err != nil {
			return fmt.Errorf("import %s: %w", path, err)
		}
		l.standard[path] = file
	}
	return nil
}

// release lets a file go when nobody needs it any more.
func (n *node) release() {
	if n.holders.Add(-1) == 0 {
		n.file = nil
	}
}

// run compiles the files and visits each once, in their order. All that it started has ended when it returns.
func (l *linking) run(ctx context.Context, visit func(*node) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ahead := l.start(ctx)
	var failed error
	for n := range ahead {
		<-n.done
		if failed == nil {
			failed = l.visit(n, visit)
		}
		if failed != nil {
			cancel()
		}
	}
	if failed == nil {
		failed = ctx.Err()
	}
	return failed
}

// start compiles the files and sends each when its turn has come, though it may not be done. What is ahead of the visit is bounded, so that no
// more than that is held; files wait for their imports, hence it is more than there are processors.
func (l *linking) start(ctx context.Context) <-chan *node {
	ahead := make(chan *node, 8*runtime.GOMAXPROCS(0))
	go func() {
		defer close(ahead)
		for _, n := range l.order {
			select {
			case ahead <- n:
				go l.compile(ctx, n)
			case <-ctx.Done():
				return
			}
		}
	}()
	return ahead
}

func (l *linking) visit(n *node, visit func(*node) error) error {
	if n.err != nil {
		return n.err
	}
	if err := l.declared.add(n.file); err != nil {
		return unsoundError{err}
	}
	err := visit(n)
	n.symbols = nil
	n.release()
	return err
}

// compile sets n.file or n.err.
func (l *linking) compile(ctx context.Context, n *node) {
	defer func() {
		if p := recover(); p != nil {
			n.err = unsoundError{fmt.Errorf("the compiler cannot cope with %s: %v", n.path, p)}
		}
		close(n.done)
	}()
	if n.err = ctx.Err(); n.err != nil {
		return
	}
	handler := reporter.NewHandler(nil) // fails at the first error
	parsed, err := l.parse(n, handler)
	if err != nil {
		n.err = err
		return
	}
	deps, err := l.imports(ctx, n)
	if err != nil {
		n.err = err
		return
	}
	if n.file, err = l.link(parsed, deps, n, handler); err != nil {
		n.err = unsoundError{err}
	}
	for _, path := range n.imports {
		if imported := l.graph.nodes[path]; imported != nil {
			imported.release()
		}
	}
}

func (l *linking) parse(n *node, handler *reporter.Handler) (parser.Result, error) {
	text, err := l.graph.sources.read(n.path)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", n.path, err)
	}
	tree, err := syntaxTree(n.path, text, handler)
	if err != nil {
		return nil, unsoundError{err}
	}
	parsed, err := parser.ResultFromAST(tree, true, handler)
	if err != nil {
		return nil, unsoundError{err}
	}
	for _, path := range parsed.FileDescriptorProto().Dependency {
		if !slices.Contains(n.imports, path) {
			return nil, unsoundError{fmt.Errorf("%s: import %q was overlooked", n.path, path)}
		}
	}
	return parsed, nil
}

// imports waits for the files that n imports.
func (l *linking) imports(ctx context.Context, n *node) (linker.Files, error) {
	files := make(linker.Files, 0, len(n.imports))
	for _, path := range n.imports {
		imported := l.graph.nodes[path]
		if imported == nil {
			files = append(files, l.standard[path])
			continue
		}
		select {
		case <-imported.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if imported.err != nil {
			return nil, imported.err
		}
		files = append(files, imported.file)
	}
	return files, nil
}

func (l *linking) link(parsed parser.Result, deps linker.Files, n *node, handler *reporter.Handler) (linker.File, error) {
	file, err := linker.Link(parsed, deps, n.symbols, handler)
	if err != nil {
		return nil, err
	}
	index, err := options.InterpretOptions(file, handler)
	if err != nil {
		return nil, err
	}
	if err := file.ValidateOptions(handler, n.symbols); err != nil {
		return nil, err
	}
	if l.located[n.path] {
		parsed.FileDescriptorProto().SourceCodeInfo = sourceinfo.GenerateSourceInfo(parsed.AST(), index, sourceinfo.WithExtraOptionLocations())
		file.PopulateSourceCodeInfo()
	}
	file.RemoveAST()
	return file, handler.Error()
}
