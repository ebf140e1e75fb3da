using System.Globalization;
using System.Runtime.CompilerServices;
using Nullius.Policy.Requests;
using Xunit;

namespace Nullius.Policy.Tests.Requests;

public sealed class ConditionKeyTests
{
    [Fact]
    public void A_name_is_one_key_whatever_its_case()
    {
        var key = ConditionKey.Of("test:OneKey");
        Assert.Same(key, ConditionKey.Of("TEST:onekey"));
        Assert.Same(key, ConditionKey.Find("test:onekey"));
    }

    [Fact]
    public void Names_that_nobody_holds_are_forgotten_and_their_places_used_again()
    {
        var before = ConditionKey.Count;
        for (var round = 0; round < 20; round++)
        {
            Name(round, 1000);
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.Null(ConditionKey.Find("test:0-0"));
        Assert.InRange(ConditionKey.Count, before, before + 10_000);
    }

    [Fact]
    public void A_value_keeps_its_key_and_no_other_key_finds_it()
    {
        var context = new RequestContext();
        SetAndForget(context);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        for (var number = 0; number < 1000; number++)
            Assert.Equal(Presence.Absent, context.Describe(ConditionKey.Of(string.Create(CultureInfo.InvariantCulture, $"test:Other-{number}"))).Presence);
        Assert.Equal(["kept"], context.Describe(ConditionKey.Find("test:Kept")!).Values);
        context.Clear();
        Assert.Equal(Presence.Absent, context.Describe(ConditionKey.Of("test:Kept")).Presence);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Name(int round, int count)
    {
        for (var number = 0; number < count; number++)
            Assert.NotNull(ConditionKey.Of(string.Create(CultureInfo.InvariantCulture, $"test:{round}-{number}")));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SetAndForget(RequestContext context) => context.Set(ConditionKey.Of("test:Kept"), "kept");
}
