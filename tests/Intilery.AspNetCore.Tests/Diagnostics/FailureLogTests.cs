using Intilery.AspNetCore.Diagnostics;
using Microsoft.Extensions.Time.Testing;

namespace Intilery.AspNetCore.Tests.Diagnostics;

public sealed class FailureLogTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void A_repeated_failure_is_let_through_once_a_minute_with_the_number_held_back()
    {
        var failures = new FailureLog(_clock);

        Assert.True(failures.ShouldLog("here", out var unlogged));
        Assert.Equal(0, unlogged);
        Assert.False(failures.ShouldLog("here", out _));
        Assert.False(failures.ShouldLog("here", out _));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(failures.ShouldLog("here", out unlogged));
        Assert.Equal(2, unlogged);
    }

    [Fact]
    public void Another_failure_is_let_through_beside_it()
    {
        var failures = new FailureLog(_clock);

        Assert.True(failures.ShouldLog("here", out _));
        Assert.True(failures.ShouldLog("there", out _));
    }
}
