using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Tests.Events;

public sealed class MessageIdsTests
{
    [Fact]
    public void The_same_change_always_has_the_same_id() =>
        Assert.Equal("ec8a936efe77ea0dc6ca4d531ebec803", MessageIds.Derive("Signed Up", "42", "k"));

    [Fact]
    public void Parts_do_not_run_into_each_other() =>
        Assert.NotEqual(MessageIds.Derive("a", "bc"), MessageIds.Derive("ab", "c"));

    [Fact]
    public void New_ids_are_distinct()
    {
        var ids = new string[10_000];
        Parallel.For(0, ids.Length, i => ids[i] = MessageIds.Next());

        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Equal(32, id.Length));
    }
}
