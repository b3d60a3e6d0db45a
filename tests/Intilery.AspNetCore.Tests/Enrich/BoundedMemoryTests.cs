using Intilery.AspNetCore.Enrich;
using Microsoft.Extensions.Time.Testing;

namespace Intilery.AspNetCore.Tests.Enrich;

public sealed class BoundedMemoryTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void The_same_value_is_news_once_per_lifetime()
    {
        var memory = new BoundedMemory(10, TimeSpan.FromHours(1), _clock);

        Assert.True(memory.IsNews("a", "1"));
        Assert.False(memory.IsNews("a", "1"));
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.True(memory.IsNews("a", "1"));
    }

    [Fact]
    public void Another_value_is_news()
    {
        var memory = new BoundedMemory(10, TimeSpan.FromHours(1), _clock);

        Assert.True(memory.IsNews("a", "1"));
        Assert.True(memory.IsNews("a", "2"));
        Assert.True(memory.IsNews("a", "1"));
    }

    [Fact]
    public void The_oldest_key_makes_room_for_the_newest()
    {
        var memory = new BoundedMemory(2, TimeSpan.FromHours(1), _clock);
        memory.IsNews("a", "1");
        memory.IsNews("b", "1");
        memory.IsNews("c", "1");

        Assert.False(memory.IsNews("b", "1"));
        Assert.False(memory.IsNews("c", "1"));
        Assert.True(memory.IsNews("a", "1"));
    }
}
