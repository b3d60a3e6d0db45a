using Intilery.AspNetCore.Delivery;

namespace Intilery.AspNetCore.Tests.Delivery;

public sealed class BackoffTests
{
    [Fact]
    public void Without_chance_each_delay_is_twice_the_last_up_to_the_cap()
    {
        var backoff = new Backoff(() => 0);

        Assert.Equal(
            [0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60],
            Enumerable.Range(0, 10).Select(_ => backoff.Next(null).TotalSeconds));
    }

    [Fact]
    public void Chance_takes_up_to_half_of_a_delay_and_never_adds()
    {
        var least = new Backoff(() => 0.9999999);
        var middle = new Backoff(() => 0.5);

        Assert.InRange(least.Next(null), TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(251));
        Assert.Equal(TimeSpan.FromMilliseconds(375), middle.Next(null));
    }

    [Fact]
    public void A_thousand_failures_in_a_row_do_not_overflow()
    {
        var backoff = new Backoff(() => 0);
        for (var i = 0; i < 1000; i++)
        {
            backoff.Next(null);
        }

        Assert.Equal(Backoff.Longest, backoff.Next(null));
    }

    [Fact]
    public void After_a_success_it_begins_anew()
    {
        var backoff = new Backoff(() => 0);
        backoff.Next(null);
        backoff.Next(null);
        backoff.Reset();

        Assert.Equal(Backoff.First, backoff.Next(null));
    }

    [Theory]
    [InlineData(7, 7)]
    [InlineData(900, 900)]
    [InlineData(86_400, 900)]
    public void What_the_server_asks_for_is_done_but_never_for_longer_than_a_quarter_of_an_hour(int asked, int seconds)
    {
        var backoff = new Backoff(() => 0.7);

        Assert.Equal(TimeSpan.FromSeconds(seconds), backoff.Next(TimeSpan.FromSeconds(asked)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-30)]
    public void A_server_that_asks_for_no_delay_gets_ours(int asked)
    {
        var backoff = new Backoff(() => 0);

        Assert.Equal(Backoff.First, backoff.Next(TimeSpan.FromSeconds(asked)));
        Assert.Equal(Backoff.First * 2, backoff.Next(TimeSpan.FromSeconds(asked)));
    }
}
