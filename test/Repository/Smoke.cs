namespace Nullius.Repository.Tests;
public class Smoke { [Xunit.Fact] public void A_test_runs() => Xunit.Assert.Equal(2, 1 + 1); }
