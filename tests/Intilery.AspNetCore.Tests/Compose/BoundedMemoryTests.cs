using Intilery.AspNetCore.Compose;
using Microsoft.Extensions.Time.Testing;

namespace Intilery.AspNetCore.Tests.Compose;

public sealed class BoundedMemoryTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void A_value_is_known_until_its_lifetime_is_over()
    {
        var memory = new BoundedMemory<string>(10, TimeSpan.FromHours(1), _clock);

        Assert.True(IsNews(memory, "a"));
        Assert.False(IsNews(memory, "a"));
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.True(IsNews(memory, "a"));
    }

    [Fact]
    public void What_is_learned_is_shown_the_next_time()
    {
        var memory = new BoundedMemory<string>(10, TimeSpan.FromHours(1), _clock);
        memory.Learn("a", known => known + "1");

        Assert.True(memory.Learn("a", known => known + "2"));
        Assert.False(memory.Learn("a", known => known == "12" ? null : "wrong"));
    }

    [Fact]
    public void The_oldest_key_makes_room_for_the_newest()
    {
        var memory = new BoundedMemory<string>(2, TimeSpan.FromHours(1), _clock);
        IsNews(memory, "a");
        IsNews(memory, "b");
        IsNews(memory, "c");

        Assert.False(IsNews(memory, "b"));
        Assert.False(IsNews(memory, "c"));
        Assert.True(IsNews(memory, "a"));
    }

    [Fact]
    public void What_is_forgotten_is_news_and_makes_room()
    {
        var memory = new BoundedMemory<string>(2, TimeSpan.FromHours(1), _clock);
        IsNews(memory, "a");
        IsNews(memory, "b");

        memory.Forget("a");
        memory.Forget("unknown");
        IsNews(memory, "c");

        Assert.False(IsNews(memory, "b"));
        Assert.True(IsNews(memory, "a"));
    }

    private static bool IsNews(BoundedMemory<string> memory, string key) => memory.Learn(key, known => known is null ? "known" : null);
}
