using System.Net;
using Intilery.AspNetCore.Deliver;

namespace Intilery.AspNetCore.Tests.Deliver;

public sealed class DeliveryRulesTests
{
    /// <summary>The design's table: the answer's status (0 is none), its body's <c>success</c>, and what is to be done.</summary>
    public static TheoryData<int, bool?, string> Table { get; } = new()
    {
        { 200, true, "Acknowledge" },
        { 202, true, "Acknowledge" },
        { 200, false, "Bisect" },
        { 200, null, "Pause" },
        { 301, null, "Pause" },
        { 302, null, "Pause" },
        { 307, true, "Pause" },
        { 308, null, "Pause" },
        { 400, false, "Bisect" },
        { 400, null, "Bisect" },
        { 401, null, "Pause" },
        { 403, false, "Pause" },
        { 404, null, "Pause" },
        { 405, null, "Pause" },
        { 408, null, "BackOff" },
        { 413, null, "Split" },
        { 415, null, "Pause" },
        { 422, false, "Bisect" },
        { 425, null, "BackOff" },
        { 429, null, "BackOff" },
        { 500, null, "BackOff" },
        { 500, true, "BackOff" },
        { 502, null, "BackOff" },
        { 503, null, "BackOff" },
        { 504, null, "BackOff" },
        { 599, null, "BackOff" },
        { 0, null, "BackOff" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Each_answer_has_one_decision(int status, bool? success, string decision)
    {
        var answer = new DeliveryAnswer(status == 0 ? null : (HttpStatusCode)status, success, null, null);

        Assert.Equal(decision, DeliveryRules.Decide(answer).ToString());
    }
}
