using FsCheck;
using FsCheck.Fluent;
using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Aws.Statements;
using Xunit;

namespace Nullius.Policy.Tests.Evaluation;

public sealed class ActionSetTests
{
    private static readonly string[] s_parts = ["s3:", "S3:", "ec2:", "*", "?", "get", "Get", "Object", "Obj", "objects", "g", "", ":", "Put", "a b"];

    private static string Text(Random random, int most) => string.Concat(Enumerable.Range(0, random.Next(1, most)).Select(_ => s_parts[random.Next(s_parts.Length)]));

    [Fact]
    public void Many_actions_match_what_any_of_them_matches() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            ActionPattern[] patterns = [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => new ActionPattern(Text(random, 5)))];
            var set = new ActionSet(patterns);
            for (var i = 0; i < 20; i++)
            {
                var action = i < 5 ? patterns[random.Next(patterns.Length)].Raw.Replace("*", "get", StringComparison.Ordinal).Replace("?", "g", StringComparison.Ordinal) : Text(random, 6);
                var expected = Array.Exists(patterns, pattern => pattern.Matches(action));
                Assert.Equal(expected, set.Matches(Glob.Fold(action)));
                // Who is passed over for its service alone is matched by nothing.
                if (expected && set.ServiceHash != 0)
                    Assert.Equal(set.ServiceHash, ActionSet.HashOfService(Glob.Fold(action)));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
}
