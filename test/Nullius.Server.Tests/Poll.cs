namespace Nullius.Server.Tests;

/// <summary>Waits for what must come, and fails with a deadline instead of hanging.</summary>
internal static class Poll
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Patience);
        while (!await holds())
        {
            Assert.False(deadline.IsCancellationRequested, $"not within {Patience.TotalSeconds} s: {what}");
            await Task.Delay(20);
        }
    }
}
