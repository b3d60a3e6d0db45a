using System.Net;
using Intilery.AspNetCore.Delivery;

namespace Intilery.AspNetCore.Tests.Delivery;

public sealed class DeliveryRulesTests
{
    /// <summary>
    /// The design's table: the answer's status (0 is none), its body, how many successes in a row were no JSON, and what is to be done.
    /// </summary>
    public static TheoryData<int, string, int, string> Table { get; } = new()
    {
        { 200, "Json", 0, "Acknowledge" },
        { 202, "Json", 0, "Acknowledge" },
        { 200, "Refused", 0, "Bisect" },
        { 200, "NotJson", 1, "BackOff" },
        { 200, "NotJson", 2, "BackOff" },
        { 200, "NotJson", 3, "Pause" },
        { 204, "NotJson", 4, "Pause" },
        { 301, "NotJson", 0, "Pause" },
        { 302, "NotJson", 0, "Pause" },
        { 307, "Json", 0, "Pause" },
        { 308, "NotJson", 0, "Pause" },
        { 400, "Refused", 0, "Bisect" },
        { 400, "NotJson", 0, "Bisect" },
        { 401, "NotJson", 0, "Pause" },
        { 403, "Refused", 0, "Pause" },
        { 404, "NotJson", 0, "Pause" },
        { 405, "NotJson", 0, "Pause" },
        { 408, "NotJson", 0, "BackOff" },
        { 413, "NotJson", 0, "Split" },
        { 415, "NotJson", 0, "Pause" },
        { 422, "Refused", 0, "Bisect" },
        { 425, "NotJson", 0, "BackOff" },
        { 429, "NotJson", 0, "BackOff" },
        { 500, "NotJson", 0, "BackOff" },
        { 500, "Json", 0, "BackOff" },
        { 502, "NotJson", 0, "BackOff" },
        { 503, "NotJson", 0, "BackOff" },
        { 504, "NotJson", 0, "BackOff" },
        { 599, "NotJson", 0, "BackOff" },
        { 0, "NotJson", 0, "BackOff" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Each_answer_has_one_decision(int status, string body, int unreadable, string decision)
    {
        var answer = new DeliveryAnswer(status == 0 ? null : (HttpStatusCode)status, Enum.Parse<AnswerBody>(body), null, null);

        Assert.Equal(decision, DeliveryRules.Decide(answer, unreadable).ToString());
    }
}
