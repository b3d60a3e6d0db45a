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
        Assert.Equal("", unlogged.ToString());
        Assert.False(failures.ShouldLog("here", out _));
        Assert.False(failures.ShouldLog("here", out _));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(failures.ShouldLog("here", out unlogged));
        Assert.Equal(" 2 earlier lines like this one were left out.", unlogged.ToString());
    }

    [Fact]
    public void Another_failure_is_let_through_beside_it()
    {
        var failures = new FailureLog(_clock);

        Assert.True(failures.ShouldLog("here", out _));
        Assert.True(failures.ShouldLog("there", out _));
    }

    [Fact]
    public void What_is_said_once_is_never_said_again()
    {
        var failures = new FailureLog(_clock);

        Assert.True(failures.IsFirst("here"));
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.False(failures.IsFirst("here"));
        Assert.True(failures.IsFirst("there"));
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, " 1 earlier line like this one was left out.")]
    [InlineData(2, " 2 earlier lines like this one were left out.")]
    public void What_was_not_logged_is_said_by_the_next_line_if_there_was_any(int count, string said) =>
        Assert.Equal(said, new Unlogged(count).ToString());
}
