using System.Globalization;

namespace Nullius.Policy.Tests.Gcp;

/// <summary>Conditions for each place of a policy, with what each atom means.</summary>
internal static class GcpConditionGenerator
{
    private static readonly string[] s_named = ["storage.googleapis.com/Object", "compute.googleapis.com/Instance"];
    private static readonly string[] s_typed = [.. s_named, "cloudresourcemanager.googleapis.com/Project"];

    private static readonly Func<Random, ReferenceCondition>[] s_tags =
    [
        r => { var v = Pick(r, "prod", "dev"); return new Atom($"resource.matchTag('1/env', '{v}')", f => Tag(f, "1/env", v)); },
        r => { var k = Pick(r, "1/env", "1/team"); return new Atom($"resource.hasTagKey('{k}')", f => f.Tags is null ? Truth.Unknown : Of(f.Tags.ContainsKey(k))); },
        _ => new Atom("1 / 0 == 1", _ => Truth.Error),
        r => { var b = r.Next(2) == 0; return new Atom(b ? "true" : "false", _ => Of(b)); },
    ];

    private static readonly Func<Random, ReferenceCondition>[] s_allow =
    [
        .. s_tags,
        r => { var p = Pick(r, "projects/_/buckets/b", "projects/p/", "x"); return new Atom($"resource.name.startsWith('{p}')", f => Name(f, n => n.StartsWith(p, StringComparison.Ordinal))); },
        _ => new Atom("resource.name.extract('buckets/{n}/') == 'b'", f => Name(f, n => n.Contains("buckets/b/", StringComparison.Ordinal))),
        r => { var t = Pick(r, s_typed); return new Atom($"resource.type == '{t}'", f => Type(f, v => v == t)); },
        r => { var t = Pick(r, s_typed); return new Atom($"resource.type != '{t}'", f => Type(f, v => v != t)); },
        _ => new Atom("resource.service == 'storage.googleapis.com'", f => f.Service is null ? Truth.Unknown : f.Service.StartsWith("iam.", StringComparison.Ordinal) ? Truth.Error : Of(f.Service == "storage.googleapis.com")),
        r => Time(r, "<", (a, b) => a < b),
        r => Time(r, "<=", (a, b) => a <= b),
        r => Time(r, ">", (a, b) => a > b),
        r => Time(r, ">=", (a, b) => a >= b),
        r => { var h = r.Next(9, 12); return new Atom($"request.time.getHours() == {h}", f => f.Time is { } t ? Of(t.UtcDateTime.Hour == h) : Truth.Unknown); },
        r => { var m = r.Next(28, 33); return new Atom($"request.time.getMinutes('+00:00') < {m}", f => f.Time is { } t ? Of(t.UtcDateTime.Minute < m) : Truth.Unknown); },
        r => { var s = r.Next(1, 4); return new Atom($"request.time - duration('{s}h') > timestamp('2026-11-22T09:00:00Z')", f => f.Time is { } t ? Of(t.AddHours(-s) > GcpCaseGenerator.Now.AddMinutes(-90)) : Truth.Unknown); },
        _ => new Atom("destination.port == 22", f => !f.Attributes.TryGetValue("destination.port", out var v) ? Truth.Error : v is null ? Truth.Unknown : Of((long)v == 22)),
        r => { var l = Pick(r, "l/one", "l/two", "l/three"); return new Atom($"'{l}' in request.auth.access_levels", f => ReferenceGcp.Meets(l, f) is { } met ? Of(met) : Truth.Unknown); },
        _ => new Atom("api.getAttribute('attribute.team', 'none').startsWith('r')", f => !f.Attributes.TryGetValue("attribute.team", out var v) ? Truth.False : v is null ? Truth.Unknown : Of(((string)v)[0] == 'r')),
    ];

    internal static ReferenceCondition Allow(Random random, int depth) => Make(random, s_allow, depth);

    internal static ReferenceCondition Deny(Random random, int depth) => Make(random, s_tags, depth);

    internal static ReferenceCondition Boundary(Random random) => Pick<ReferenceCondition>(random,
        new Atom("principal.type == 'iam.googleapis.com/ServiceAccount'", f => f.Principal == "anonymous" ? Truth.Error : Of(f.Principal.StartsWith("serviceAccount:", StringComparison.Ordinal))),
        new Atom("principal.subject.endsWith('@example.com')", f => f.Principal == "anonymous" ? Truth.Error : Of(f.Principal.EndsWith("@example.com", StringComparison.Ordinal))),
        new Atom("1 / 0 == 1", _ => Truth.Error));

    private static ReferenceCondition Make(Random random, Func<Random, ReferenceCondition>[] atoms, int depth)
    {
        if (depth == 0 || random.Next(3) == 0)
            return Pick(random, atoms)(random);
        ReferenceCondition Next() => Make(random, atoms, depth - 1);
        return random.Next(4) switch
        {
            0 => new AllOf([Next(), Next()]),
            1 => new AnyOf([Next(), Next()]),
            2 => new NotThat(Next()),
            _ => new IfThen(Next(), Next(), Next()),
        };
    }

    private static T Pick<T>(Random random, params T[] from) => from[random.Next(from.Length)];

    private static Truth Of(bool value) => value ? Truth.True : Truth.False;

    private static Truth Tag(ReferenceCase facts, string key, string value)
    {
        if (facts.Tags is null)
            return Truth.Unknown;
        return !facts.Tags.TryGetValue(key, out var actual) ? Truth.False : actual is null ? Truth.Unknown : Of(actual == value);
    }

    private static Truth Name(ReferenceCase facts, Func<string, bool> test) =>
        facts.Type is null ? Truth.Unknown : s_named.Contains(facts.Type) ? Of(test(facts.Name)) : Truth.Error;

    private static Truth Type(ReferenceCase facts, Func<string, bool> test) =>
        facts.Type is null ? Truth.Unknown : s_typed.Contains(facts.Type) ? Of(test(facts.Type)) : Truth.Error;

    private static Atom Time(Random random, string op, Func<DateTimeOffset, DateTimeOffset, bool> compare)
    {
        var instant = GcpCaseGenerator.Now.AddMinutes(random.Next(-3, 4) * 20);
        return new Atom($"request.time {op} timestamp('{instant.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}')", f => f.Time is { } t ? Of(compare(t, instant)) : Truth.Unknown);
    }
}
