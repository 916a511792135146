package payload

import (
	"slices"

	"github.com/evgen-dev/evgen/schema/compat"
)

// graph is what roots reach: pairs of an old and a new type, such that the bytes of one are read as the other. A field may change its type, so pairs are found by
// following fields, not by names.
type graph struct {
	*compat.Comparison
	roots      []Root
	nodes      []*node                    // in the order in which they are reached
	extensions map[string][]*compat.Field // of old, by the message that they extend
	known      map[pair]*node
	alike      bool // no root is more than another: any one that reaches a type will do
}

type pair struct{ old, new compat.Node }

// node is a pair of messages or of enums. A root that is gone has no new one.
type node struct {
	old, new compat.Node
	scope    compat.Node // of a root that is gone: the new file of its path, or nil
	parents  []*node     // that have a field of it
	own      []int       // indexes of the roots that it is
	absent   both        // of enums: what becomes of fields that are not set and have no default of their own
	reached  []int       // indexes of the roots that reach it, once they are known
}

func reach(c *compat.Comparison, roots []Root) *graph {
	g := &graph{Comparison: c, roots: roots, extensions: map[string][]*compat.Field{}, known: map[pair]*node{}, alike: alike(roots)}
	for _, x := range c.Old.Extensions {
		g.extensions[x.Extendee] = append(g.extensions[x.Extendee], x)
	}
	for i := range roots {
		g.root(i)
	}
	for i := 0; i < len(g.nodes); i++ { // grows
		g.follow(g.nodes[i])
	}
	return g
}

// alike says whether all roots have one level and none has a name to tell. So it is with [AllRoots], where a type may be reached by tens of thousands.
func alike(roots []Root) bool {
	return !slices.ContainsFunc(roots, func(r Root) bool { return r.Event || r.Level != roots[0].Level })
}

func (g *graph) root(i int) {
	old := g.Old.Message(g.Was(g.roots[i].Message))
	if old == nil {
		return // added: no record is older than it
	}
	now := g.partner(old)
	if now == nil {
		n := &node{old: old}
		if f := g.New.File(old.File().Path); f != nil {
			n.scope = f
		}
		n.own = []int{i}
		g.nodes = append(g.nodes, n)
		return
	}
	n := g.node(old, now)
	n.own = append(n.own, i)
}

// partner returns what an old root is now. Where the package of its file has changed it is the message of the same name, so that a new package does not hide
// what else has changed.
func (g *graph) partner(old *compat.Message) *compat.Message {
	if now := g.Message(old); now != nil {
		return now
	}
	f := g.New.File(old.File().Path)
	if f == nil || f.Package == old.File().Package {
		return nil
	}
	name := old.NestedName()
	if f.Package != "" {
		name = f.Package + "." + name
	}
	return g.New.Message(name)
}

func (g *graph) node(old, now compat.Node) *node {
	n := g.known[pair{old, now}]
	if n == nil {
		n = &node{old: old, new: now}
		g.known[pair{old, now}] = n
		g.nodes = append(g.nodes, n)
	}
	return n
}

// follow adds what the fields of a pair of messages lead to.
func (g *graph) follow(n *node) {
	old, ok := n.old.(*compat.Message)
	if !ok || n.new == nil {
		return
	}
	now := n.new.(*compat.Message)
	for i := range old.Fields {
		f := &old.Fields[i]
		if f.TypeName != "" {
			g.edge(n, f, now.Field(f.Number))
		}
	}
	if g.Message(old) == now {
		for _, x := range g.extensions[old.Name] {
			g.edge(n, x, g.Extension(x))
		}
	}
}

func (g *graph) edge(from *node, old, now *compat.Field) {
	if now == nil || old.Kind != now.Kind {
		return
	}
	if old.Composite() {
		if m, o := g.Old.Message(old.TypeName), g.New.Message(now.TypeName); m != nil && o != nil {
			g.link(from, g.node(m, o))
		}
		return
	}
	if e, o := g.Old.Enum(old.TypeName), g.New.Enum(now.TypeName); e != nil && o != nil {
		n := g.node(e, o)
		g.link(from, n)
		if !old.HasDefault && !now.HasDefault {
			n.absent = n.absent.worse(inBoth(side{old, g.Old}, side{now, g.New}, defaultTable))
		}
	}
}

func (g *graph) link(from, to *node) {
	if from != to {
		to.parents = append(to.parents, from)
	}
}

// rootsOf returns the indexes of the roots that reach n, sorted; of roots that are alike those that are nearest.
func (g *graph) rootsOf(n *node) []int {
	if n.reached != nil {
		return n.reached
	}
	seen := map[*node]bool{n: true}
	for queue := []*node{n}; len(queue) > 0 && (!g.alike || n.reached == nil); queue = queue[1:] {
		n.reached = append(n.reached, queue[0].own...)
		for _, p := range queue[0].parents {
			if !seen[p] {
				seen[p] = true
				queue = append(queue, p)
			}
		}
	}
	slices.Sort(n.reached)
	n.reached = slices.Compact(n.reached)
	return n.reached
}
