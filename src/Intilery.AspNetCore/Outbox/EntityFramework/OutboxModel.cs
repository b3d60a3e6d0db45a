using System.Linq.Expressions;
using Intilery.AspNetCore.Events;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>
/// The outbox's tables in the application's model. Every facet that matters is said, so that conventions of the application's own
/// (lengths, conversions) leave them alone; names are not, so that they follow the application's.
/// </summary>
internal static class OutboxModel
{
    private const int MaxText = EventText.MaxIdLength;
    private const int MaxMessage = 4000;

    public static void Configure(ModelBuilder model)
    {
        model.Entity<OutboxRowEntity>(row =>
        {
            row.ToTable("IntileryOutboxRows").HasKey(entity => entity.Id);
            Number(row, entity => entity.Id);
            Text(row, entity => entity.Destination, MaxMessage);
            Text(row, entity => entity.UserId, MaxText);
            Text(row, entity => entity.Event, MaxText);
            Number(row, entity => entity.Due);
            Bytes(row, entity => entity.Payload);
        });
        model.Entity<OutboxIntentEntity>(intent =>
        {
            intent.ToTable("IntileryOutboxIntents").HasKey(entity => entity.Id);
            Number(intent, entity => entity.Id);
            Text(intent, entity => entity.Owner, MaxText);
            Text(intent, entity => entity.Scope, MaxText);
            Text(intent, entity => entity.UserId, MaxText);
            Bytes(intent, entity => entity.Payload);
        });
        model.Entity<OutboxDeadLetterEntity>(letter =>
        {
            letter.ToTable("IntileryOutboxDeadLetters").HasKey(entity => entity.Id);
            Number(letter, entity => entity.Id);
            Text(letter, entity => entity.Destination, MaxMessage);
            Text(letter, entity => entity.UserId, MaxText);
            Text(letter, entity => entity.Event, MaxText);
            Number(letter, entity => entity.Due);
            Bytes(letter, entity => entity.Payload);
            Text(letter, entity => entity.Message, MaxMessage);
            Number(letter, entity => entity.Rejected);
        });
        model.Entity<OutboxNodeEntity>(node =>
        {
            node.ToTable("IntileryOutboxNodes").HasKey(entity => entity.Id);
            Text(node, entity => entity.Id, MaxText);
            Text(node, entity => entity.Owner, MaxText);
            Number(node, entity => entity.Fence);
            Number(node, entity => entity.Beat);
        });
        model.Entity<OutboxTrialEntity>(trial =>
        {
            trial.ToTable("IntileryOutboxTrials").HasKey(entity => entity.Key);
            trial.HasIndex(entity => entity.Due);
            trial.HasIndex(entity => entity.GroupId);
            Text(trial, entity => entity.Key, MaxText);
            Number(trial, entity => entity.Version);
            Number(trial, entity => entity.Generation);
            Number(trial, entity => entity.Due);
            Text(trial, entity => entity.UserId, MaxText);
            Text(trial, entity => entity.GroupId, MaxText);
            Number(trial, entity => entity.Starts);
            Number(trial, entity => entity.Ends);
            Text(trial, entity => entity.Plan, EventText.MaxValueLength);
            Text(trial, entity => entity.Destination, MaxMessage);
            Number(trial, entity => entity.Ended);
        });
    }

    private static void Number<T, TNumber>(EntityTypeBuilder<T> type, Expression<Func<T, TNumber>> property)
        where T : class => type.Property(property).ValueGeneratedNever().HasConversion((ValueConverter?)null);

    private static void Text<T>(EntityTypeBuilder<T> type, Expression<Func<T, string?>> property, int maxLength)
        where T : class => type.Property(property).HasMaxLength(maxLength).IsUnicode().HasConversion((ValueConverter?)null);

    // No length: a payload is as long as the API allows, which most databases keep aside.
    private static void Bytes<T>(EntityTypeBuilder<T> type, Expression<Func<T, byte[]>> property)
        where T : class => type.Property(property).HasConversion((ValueConverter?)null);
}
