using Intilery.AspNetCore.Delivery;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Delivery;

public sealed class RejectionStreakTests
{
    private readonly RejectionStreak _streak = new();

    [Fact]
    public void The_twentieth_rejection_in_a_row_is_doubted()
    {
        for (var id = 1; id < 20; id++)
        {
            _streak.Add(Row(id));
            Assert.False(_streak.IsDoubtful);
        }

        _streak.Add(Row(20));
        Assert.True(_streak.IsDoubtful);
        Assert.Equal(Enumerable.Range(1, 20).Select(id => (long)id), _streak.Ids);

        _streak.End([]);
        Assert.False(_streak.IsDoubtful);
        Assert.Empty(_streak.Ids);
    }

    [Fact]
    public void Only_the_first_event_of_a_user_without_rejections_can_tell()
    {
        _streak.Add(Row(1, "u1"));
        _streak.Add(Row(2, userId: null));

        var probes = _streak.Probes([Row(3, "u1"), Row(4, "u2"), Row(5, "u2"), Row(6, userId: null), Row(7, "u3")]);

        Assert.Equal([4, 7], probes.Select(row => row.Id));
    }

    [Fact]
    public void A_few_users_whose_rejections_another_acceptance_has_confirmed_cast_no_more_doubt_until_one_of_theirs_is_accepted()
    {
        for (var id = 1; id <= 20; id++)
        {
            _streak.Add(Row(id, $"bad{id % 5}"));
        }

        _streak.PutBack();
        _streak.End([Row(100, "good")]);
        for (var id = 1; id <= 40; id++)
        {
            _streak.Add(Row(id, $"bad{id % 5}"));
        }

        Assert.Empty(_streak.Ids);
        _streak.End([Row(41, "bad1")]);
        _streak.Add(Row(42, "bad1"));
        _streak.Add(Row(43, "bad2"));
        Assert.Equal([42], _streak.Ids);
    }

    [Fact]
    public void Where_many_users_events_were_rejected_none_of_them_is_known_for_bad_ones()
    {
        for (var id = 1; id <= 20; id++)
        {
            _streak.Add(Row(id, $"u{id % 6}"));
        }

        _streak.PutBack();
        _streak.End([Row(100, "good")]);
        _streak.Add(Row(101, "u1"));

        Assert.Equal([101], _streak.Ids);
    }

    [Fact]
    public void Where_there_is_nobody_else_nobody_can_tell()
    {
        _streak.Add(Row(1, "u1"));

        Assert.Empty(_streak.Probes([Row(2, "u1")]));
        Assert.Empty(_streak.Probes([]));
    }

    [Fact]
    public void Ten_of_a_thousand_users_are_asked_the_next_ever_further_ones_and_the_last()
    {
        var probes = _streak.Probes([.. Enumerable.Range(0, 1000).Select(id => Row(id, $"u{id}"))]);

        Assert.Equal([0, 1, 3, 7, 15, 31, 63, 127, 255, 999], probes.Select(row => row.Id));
    }
}
