using System.Diagnostics;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Tests.Scopes;

public sealed class TrackingScopeTests
{
    [Fact]
    public void An_entry_can_be_confirmed_until_it_is_taken_or_removed()
    {
        var (scope, fact) = (Open(), Deleted(1));
        var (taken, removed, left) = (new ScopeFact(fact), new ScopeFact(fact), new ScopeFact(fact));
        foreach (var entry in (ScopeFact[])[taken, removed, left])
        {
            Assert.True(scope.TryAdd(entry));
        }

        Assert.True(scope.Confirm(taken, fact));
        Assert.True(scope.Remove(removed));
        Assert.Equal([taken], scope.Take(seal: false, out _));

        Assert.False(scope.Confirm(taken, fact));
        Assert.False(scope.Confirm(removed, fact));
        Assert.True(scope.Confirm(left, fact));
        Assert.Equal([left], scope.Take(seal: true, out _));
        Assert.False(scope.Confirm(left, fact));
    }

    [Fact]
    public void Eight_times_as_many_entries_take_about_eight_times_as_long()
    {
        // 64 times where each look for one goes through all of them.
        var (few, many) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        for (var round = 0; round < 15; round++)
        {
            few = Shorter(few, Time(10_000));
            many = Shorter(many, Time(80_000));
        }

        Assert.InRange(many / few, 0, 32);
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TimeSpan Time(int count)
    {
        var scope = Open();
        var entries = Enumerable.Range(0, count).Select(i => new ScopeFact(Deleted(i))).ToList();
        var began = Stopwatch.GetTimestamp();
        entries.ForEach(entry => scope.TryAdd(entry));
        entries.ForEach(entry => scope.Confirm(entry, entry.Fact));
        Assert.Equal(count, scope.Take(seal: false, out _).Count);
        return Stopwatch.GetElapsedTime(began);
    }

    private static TrackingScope Open() => new(new ScopeContext { Id = "scope", Destination = "https://tracking.test" });

    private static UserDeleted Deleted(int user) => new() { Key = $"{user}", UserId = $"u{user}", At = DateTimeOffset.UnixEpoch };
}
