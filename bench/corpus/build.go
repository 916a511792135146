package corpus

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Files of one API: so many of each kind, in the order in which they import each other.
const (
	enumFiles     = 3
	resourceFiles = 3
	serviceFiles  = 3
	filesPerAPI   = enumFiles + 1 + resourceFiles + serviceFiles
	maxLevel      = 4 // how far APIs build upon each other
)

// builder makes the files of a corpus, each after what it imports.
type builder struct {
	r     *rand.Rand
	files []*file
	apis  []*api
}

// api is a package: what other packages and the files of the package itself may refer to.
type api struct {
	pkg, dir  string
	level     int
	enums     []reference
	common    []reference
	resources []reference
}

// reference is a type and the file that declares it.
type reference struct{ name, path string }

func build(s Shape) []*file {
	b := &builder{r: rand.New(rand.NewPCG(s.Seed, 1))}
	b.files = append(b.files, annotations()...)
	types := b.baseTypes()
	for i := 0; len(b.files)+filesPerAPI <= s.Files; i++ {
		b.api(i, types)
	}
	return b.files
}

func (b *builder) file(dir, name, pkg string) *file {
	f := &file{path: dir + "/" + name + ".proto", pkg: pkg, goPackage: "example.org/corpus/" + dir}
	b.files = append(b.files, f)
	return f
}

// baseTypes are what everybody refers to, as money or dates.
func (b *builder) baseTypes() []reference {
	var types []reference
	for i := range 20 {
		name := nouns[i*7]
		f := b.file("corpus/type", name, "corpus.type")
		m := b.message(title(name)+"Value", 4, nil)
		f.messages = append(f.messages, m)
		types = append(types, reference{"corpus.type." + m.name, f.path})
	}
	return types
}

func (b *builder) api(i int, types []reference) {
	noun, area := nouns[i%len(nouns)], nouns[(i/len(nouns)*31+i%17)%len(nouns)]
	version := []string{"v1", "v1", "v2", "v1", "v1beta1"}[i%5]
	dir := fmt.Sprintf("corpus/%s/%s%d/%s", area, noun, i, version)
	a := &api{pkg: strings.ReplaceAll(dir, "/", "."), dir: dir}
	known := append([]reference{}, types...)
	if len(b.apis) > 0 {
		parent := pick(b.r, b.apis)
		if parent.level+1 < maxLevel {
			a.level = parent.level + 1
			known = append(known, parent.common...)
		}
	}
	for k := range enumFiles {
		b.enumFile(a, k)
	}
	b.commonFile(a, append(known, a.enums...))
	for k := range resourceFiles {
		b.resourceFile(a, k, append(append(known, a.enums...), a.common...))
	}
	for k := range serviceFiles {
		b.serviceFile(a, k, append(append(known, a.common...), a.resources...))
	}
	b.apis = append(b.apis, a)
}

// enumFile declares enums, each in a message of its own, so that their values do not meet.
func (b *builder) enumFile(a *api, k int) {
	f := b.file(a.dir, fmt.Sprintf("%s_enums", nouns[k*11+5]), a.pkg)
	for j := range 3 {
		e := &enum{doc: text(b.r, 14), name: fmt.Sprintf("%s%s", title(nouns[k*11+5+j]), "Kind")}
		prefix := strings.ToUpper(nouns[k*11+5+j]) + "_KIND_"
		e.values = append(e.values, &value{doc: text(b.r, 6), name: prefix + "UNSPECIFIED"})
		for n := range 3 + b.r.IntN(5) {
			e.values = append(e.values, &value{
				doc: text(b.r, 8+b.r.IntN(10)), name: fmt.Sprintf("%s%s_%d", prefix, strings.ToUpper(pick(b.r, nouns)), n+1), number: n + 1,
			})
		}
		f.enums = append(f.enums, e)
		a.enums = append(a.enums, reference{a.pkg + "." + e.name, f.path})
	}
}

func (b *builder) commonFile(a *api, known []reference) {
	f := b.file(a.dir, "common", a.pkg)
	for j := range 7 {
		m := b.message("Common"+title(nouns[60+j]), 4, &scope{f, known})
		m.spare = j == 6
		f.messages = append(f.messages, m)
		if !m.spare {
			a.common = append(a.common, reference{a.pkg + "." + m.name, f.path})
		}
	}
}

func (b *builder) resourceFile(a *api, k int, known []reference) {
	f := b.file(a.dir, "resource_"+nouns[80+k], a.pkg)
	f.use("corpus/api/resource.proto")
	for j := range 3 {
		noun := nouns[80+k*3+j]
		m := b.message(title(noun), 9, &scope{f, known})
		m.options = append(m.options, fmt.Sprintf("(corpus.api.resource) = {\n  type: \"%s.example.org/%s\"\n  pattern: \"projects/{project}/locations/{location}/%ss/{%s}\"\n}",
			nouns[k], title(noun), noun, noun))
		m.nested = append(m.nested, b.message("Part", 3, nil))
		m.fields = append(m.fields, &field{doc: text(b.r, 12), typ: "repeated Part", name: "parts", number: 60})
		m.oneof = []*field{
			{doc: text(b.r, 8), typ: "string", name: "kind_name", number: 70},
			{doc: text(b.r, 8), typ: "int64", name: "kind_number", number: 71},
			{doc: text(b.r, 8), typ: "Part", name: "kind_part", number: 72},
		}
		m.reserved = "90 to 94"
		f.messages = append(f.messages, m)
		a.resources = append(a.resources, reference{a.pkg + "." + m.name, f.path})
	}
}

func (b *builder) serviceFile(a *api, k int, known []reference) {
	noun := nouns[100+k*4]
	f := b.file(a.dir, noun+"_service", a.pkg)
	f.use("corpus/api/annotations.proto")
	f.use("corpus/api/client.proto")
	s := &service{doc: text(b.r, 30), name: title(noun) + "Service"}
	s.options = []string{fmt.Sprintf("(corpus.api.default_host) = \"%s.example.org\"", noun)}
	resource := a.resources[k*3]
	f.use(resource.path)
	for j, verb := range []string{"Get", "List", "Create", "Update", "Delete", "Watch"} {
		request := b.message(verb+title(noun)+"Request", 2, &scope{f, known})
		response := resource.name
		f.messages = append(f.messages, request)
		if j%2 == 1 {
			m := b.message(verb+title(noun)+"Response", 2, &scope{f, known})
			f.messages = append(f.messages, m)
			response = m.name
		}
		s.methods = append(s.methods, &method{
			doc: text(b.r, 25), name: verb + title(noun), request: request.name, response: response,
			options: methodOptions(verb, noun, request),
		})
	}
	spare := b.message("Spare"+title(noun), 4, &scope{f, known})
	spare.spare = true
	f.messages = append(f.messages, spare)
	f.services = append(f.services, s)
}

func methodOptions(verb, noun string, request *message) []string {
	http := fmt.Sprintf("get: \"/v1/{%s=projects/*/locations/*/%ss/*}\"", request.fields[0].name, noun)
	if verb == "Create" || verb == "Update" {
		http = fmt.Sprintf("post: \"/v1/{%s=projects/*/locations/*}/%ss\"\n  body: \"*\"\n  additional_bindings { post: \"/v1/{%[1]s=folders/*}/%[2]ss\" body: \"*\" }",
			request.fields[0].name, noun)
	}
	return []string{
		fmt.Sprintf("(corpus.api.http) = {\n  %s\n}", http),
		fmt.Sprintf("(corpus.api.method_signature) = \"%s,%s\"", request.fields[0].name, request.fields[1].name),
	}
}
