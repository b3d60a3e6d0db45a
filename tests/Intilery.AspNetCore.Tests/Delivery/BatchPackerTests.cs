using System.Text;
using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Delivery;

public sealed class BatchPackerTests
{
    private static readonly DateTimeOffset _sentAt = new(2026, 3, 1, 14, 30, 5, 7, TimeSpan.FromHours(2));

    [Fact]
    public async Task A_body_is_the_calls_as_they_waited_each_with_the_time_of_this_attempt()
    {
        var batch = new Batch([
            Row("""{"type":"track","event":"Signed Up","userId":"u1","properties":{"first_name":"Zoë"}}"""),
            Row("""{"type":"track","event":"Signed In","userId":"u1","properties":{}}"""),
        ]);

        Assert.Equal(
            """
            {"batch":[{"type":"track","event":"Signed Up","userId":"u1","properties":{"first_name":"Zoë"},"sentAt":"2026-03-01T12:30:05.007Z"},{"type":"track","event":"Signed In","userId":"u1","properties":{},"sentAt":"2026-03-01T12:30:05.007Z"}]}
            """,
            Encoding.UTF8.GetString(await BodyAsync(batch)));
    }

    [Fact]
    public async Task Whole_seconds_keep_their_milliseconds()
    {
        using var content = new BatchContent(new Batch([Row("{\"a\":1}")]), OutboxSample.Noon, DeliveryCompression.None);

        var body = await content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal("""{"batch":[{"a":1,"sentAt":"2026-03-01T12:00:00.000Z"}]}""", body);
    }

    [Theory]
    [InlineData(900)]
    [InlineData(15_000)]
    [InlineData(32_000)]
    public async Task A_batch_is_as_many_calls_as_fit_under_the_limit_in_bytes(int bytes)
    {
        var rows = Enumerable.Range(0, 2000).Select(_ => Row($$"""{"a":"{{new string('é', bytes / 2)}}"}""")).ToList();

        var batch = BatchPacker.Take(rows);

        var size = (await BodyAsync(batch)).Length;
        Assert.InRange(size, BatchPacker.MaxBytes - bytes - 100, BatchPacker.MaxBytes);
        Assert.Equal(rows.Take(batch.Rows.Count), batch.Rows);
    }

    [Fact]
    public async Task Calls_of_every_size_are_written_whole_and_their_length_is_known_before()
    {
        var rows = Enumerable.Range(0, 200).Select(i => Row($$"""{"a":"{{new string((char)('a' + (i % 26)), i * i * 3)}}"}""")).ToList();
        using var content = new BatchContent(new Batch(rows), OutboxSample.Noon, DeliveryCompression.None);
        var length = content.Headers.ContentLength;

        var body = await content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(body.Length, length);
        Assert.Equal(
            $$"""{"batch":[{{string.Join(',', rows.Select(row => Encoding.UTF8.GetString(row.Payload.Span[..^1]) + ",\"sentAt\":\"2026-03-01T12:00:00.000Z\"}"))}}]}""",
            body);
    }

    [Fact]
    public async Task The_body_of_no_call_is_an_empty_batch()
    {
        using var content = new BatchContent(new Batch([]), OutboxSample.Noon, DeliveryCompression.None);

        Assert.Equal(12, content.Headers.ContentLength);
        Assert.Equal("""{"batch":[]}""", await content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void What_is_too_large_alone_still_travels_alone()
    {
        var large = Row($$"""{"a":"{{new string('x', 2000)}}"}""");

        Assert.Equal([large], BatchPacker.Take([large, Row("{}")], maxBytes: 1000).Rows);
    }

    [Fact]
    public void A_large_call_does_not_let_a_later_small_one_pass()
    {
        var small = Row("""{"a":1}""");
        var large = Row($$"""{"a":"{{new string('x', 2000)}}"}""");

        Assert.Equal([small], BatchPacker.Take([small, large, small], maxBytes: 1000).Rows);
    }

    [Fact]
    public void Halves_keep_the_order_and_lose_nothing()
    {
        var rows = Enumerable.Range(0, 5).Select(i => Row($$"""{"a":{{i}}}""")).ToList();

        var (first, second) = new Batch(rows).Halve();

        Assert.NotEmpty(first.Rows);
        Assert.NotEmpty(second.Rows);
        Assert.Equal(rows, first.Rows.Concat(second.Rows));
    }

    private static async Task<byte[]> BodyAsync(Batch batch)
    {
        using var content = new BatchContent(batch, _sentAt, DeliveryCompression.None);
        return await content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
    }

    private static OutboxRow Row(string payload) => OutboxSample.Row(1) with { Payload = Encoding.UTF8.GetBytes(payload) };
}
