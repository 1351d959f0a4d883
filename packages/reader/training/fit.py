"""Fits the model that finds the main content of pages, from what dump.ts has written of the development split.

    python3 fit.py DATA metadata.json ../src/content/model.ts     needs numpy, scipy and xgboost

Two parts; the second is fitted on estimates of the first that come from pages of other domains:
1. names: a logistic regression over names of classes and over words of short blocks;
2. trees: boosted trees over the features of a block, those of its names among them.
Writes both, fitted on all pages, and prints the F1 by words of each in cross-validation. Trees that also see the
estimates of the blocks around add nothing to that (0.861 instead of 0.862).
"""
import base64
import hashlib
import json
import re
import struct
import sys
from collections import Counter

import numpy as np
import scipy.sparse as sparse
import xgboost

data, metadata, target = sys.argv[1:4]
FOLDS = 3
NAMES = 2500
LEAST_PAGES = 10
ROUNDS = 140
PARAMETERS = dict(
    objective='binary:logistic', tree_method='hist', max_bin=64, eta=0.1, max_leaves=31, max_depth=8,
    grow_policy='lossguide', subsample=0.6, colsample_bytree=0.4, min_child_weight=20, reg_lambda=1.0, seed=1,
)
LEAF_SCALE = 1 / 4096
# Share of the best threshold for expected F1 that is used: what stands together is right or wrong together.
LENIENCE = 0.9

features = json.load(open(f'{data}/features.json'))
X = np.fromfile(f'{data}/dev.f32', dtype=np.float32).reshape(-1, len(features))
pages = [json.loads(line) for line in open(f'{data}/dev.jsonl')]
domains = json.load(open(metadata))['files']
counts = [len(page['words']) for page in pages]
ends = np.concatenate([[0], np.cumsum(counts)])
words = np.concatenate([page['words'] for page in pages]).astype(np.float32)
label = (np.concatenate([page['labels'] for page in pages]) > 0.5).astype(np.float32)


def tokens(text):
    return re.findall(r'\w+', (text or '').lower())


truth = [Counter(tokens(page.get('truth'))) for page in pages]
sizes = [sum(each.values()) for each in truth]
# A block weighs what it can do to the F1 of its page.
weight = np.minimum(1, (words + 1.5) / (np.repeat(np.array(sizes, np.float32), counts) + 50))
weight = weight / weight.mean()
fold_of_page = [int(hashlib.md5(domains[page['id']]['domain'].encode()).hexdigest(), 16) % FOLDS for page in pages]
fold = np.repeat(np.array(fold_of_page), counts)
block_words = [[Counter(tokens(text)) for text in page['text']] for page in pages]


def page_f1(index, chosen):
    found = Counter()
    for block in np.nonzero(chosen)[0]:
        found.update(block_words[index][block])
    if not found or not truth[index]:
        return float(not found and not truth[index])
    overlap = sum((found & truth[index]).values())
    return 2 * overlap / (sum(found.values()) + sizes[index])


def choose(likely, size):
    """As chooseBlocks() of likely-blocks.ts."""
    order = np.argsort(-likely, kind='stable')
    found = np.cumsum(likely[order] * size[order])
    best = (2 * found / (np.cumsum(size[order]) + found[-1])).max()
    return likely >= min(likely.max(), LENIENCE * best / 2)


def report(name, likely):
    scores = np.array([
        page_f1(index, choose(likely[a:b], words[a:b])) if b > a else float(not truth[index])
        for index, (a, b) in enumerate(zip(ends, ends[1:]))
    ])
    kinds = [page['type'] for page in pages]
    by_kind = ' '.join(f'{kind} {scores[[each == kind for each in kinds]].mean():.3f}' for kind in sorted(set(kinds)))
    print(f'{name}: {scores.mean():.4f}  {by_kind}', flush=True)


# 1. Names.
pages_with = Counter(token for page in pages for token in {each for block in page['tokens'] for each in block})
vocabulary = sorted(token for token, count in pages_with.items() if count >= LEAST_PAGES)
number = {token: index for index, token in enumerate(vocabulary)}
columns = [[number[token] for token in block if token in number] for page in pages for block in page['tokens']]
starts = np.concatenate([[0], np.cumsum([len(block) for block in columns])])
T = sparse.csr_matrix(
    (np.ones(starts[-1], np.float32), np.array([column for block in columns for column in block]), starts),
    shape=(len(columns), len(vocabulary)),
)
kind_of_name = np.array([{'n': 0, 'f': 1, 'w': 2}[token[0]] for token in vocabulary])


def fit_names(rows, epochs=6, rate=0.3, decay=2e-5, batch=4096):
    """AdaGrad; the weights that matter most are kept, in 255 steps."""
    weights = np.zeros(T.shape[1], np.float32)
    seen = np.full(T.shape[1], 1e-2, np.float32)
    base = 0.0
    random = np.random.default_rng(0)
    order = np.array(rows)
    for _ in range(epochs):
        random.shuffle(order)
        for at in range(0, len(order), batch):
            some = order[at : at + batch]
            A = T[some]
            error = (1 / (1 + np.exp(-(A @ weights + base))) - label[some]) * weight[some] / len(some)
            gradient = A.T @ error + decay * weights
            seen += gradient * gradient
            weights -= rate * gradient / np.sqrt(seen)
            base -= 0.5 * error.sum()
    matters = np.abs(weights) * np.sqrt(np.asarray(T[rows].sum(axis=0)).ravel())
    weights = np.where(matters >= np.sort(matters)[-NAMES], weights, 0)
    scale = np.abs(weights).max() / 127
    return np.round(weights / scale).astype(np.int8), scale, base


def name_features(rows, steps, scale, base):
    weights = steps.astype(np.float32) * scale
    A = T[rows]
    parts = [A @ np.where(kind_of_name == kind, weights, 0).astype(np.float32) for kind in range(3)]
    each = A.multiply(weights[None, :]).tocsr()
    least = np.minimum(0, each.min(axis=1).toarray().ravel())
    most = np.maximum(0, each.max(axis=1).toarray().ravel())
    return np.stack([*parts, sum(parts) + base, least, most], axis=1).astype(np.float32)


def fit_trees(rows):
    return xgboost.train(PARAMETERS, xgboost.DMatrix(table[rows], label=label[rows], weight=weight[rows]), ROUNDS)


def across_folds(fit, predict, width=None):
    out = np.zeros(len(label) if width is None else (len(label), width), np.float32)
    for each in range(FOLDS):
        rest = np.nonzero(fold == each)[0]
        out[rest] = predict(fit(np.nonzero(fold != each)[0]), rest)
    return out


everything = np.arange(len(label))
names = across_folds(fit_names, lambda fitted, rows: name_features(rows, *fitted), 6)
table = np.hstack([X, names])


def pack(trees):
    """As Trees of trees.ts reads it."""
    dumps = [json.loads(each) for each in trees.get_dump(dump_format='json')]
    cuts = {}

    def collect(node):
        if 'leaf' not in node:
            cuts.setdefault(int(node['split'][1:]), set()).add(np.float32(node['split_condition']))
            for child in node['children']:
                collect(child)

    for dump in dumps:
        collect(dump)
    order = sorted(cuts)
    values = {feature: sorted(cuts[feature]) for feature in order}
    assert len(order) < 255 and all(len(each) < 256 for each in values.values())
    out = bytearray()

    def write(node):
        if 'leaf' in node:
            out.append(255)
            out.extend(struct.pack('<h', round(node['leaf'] / LEAF_SCALE)))
            return
        feature = int(node['split'][1:])
        out.append(order.index(feature))
        out.append(values[feature].index(np.float32(node['split_condition'])))
        by_id = {child['nodeid']: child for child in node['children']}
        write(by_id[node['yes']])
        write(by_id[node['no']])

    for dump in dumps:
        write(dump)
    base_score = float(json.loads(trees.save_config())['learner']['learner_model_param']['base_score'])
    return {
        'base': float(np.log(base_score / (1 - base_score))),
        'scale': LEAF_SCALE,
        'cuts': [[feature, *(float(f'{value:.7g}') for value in values[feature])] for feature in order],
        'nodes': base64.b64encode(bytes(out)).decode(),
    }


steps, scale, base = fit_names(everything)
kept = np.nonzero(steps)[0]
packed_names = {
    'base': base,
    'scale': float(scale),
    'tokens': ' '.join(vocabulary[index].replace(' ', '_') for index in kept),
    'weights': base64.b64encode(steps[kept].tobytes()).decode(),
}
with open(target, 'w') as file:
    file.write("// Written by training/fit.py from the development split of the Web Content eXtraction Benchmark (CC-BY-4.0).\n")
    file.write("import type { PackedNames } from './names.ts';\nimport type { PackedTrees } from './trees.ts';\n\n")
    for name, kind, value in (('NAMES', 'PackedNames', packed_names), ('TREES', 'PackedTrees', pack(fit_trees(everything)))):
        file.write(f'export const {name}: {kind} = JSON.parse({json.dumps(json.dumps(value, separators=(",", ":")))});\n')

report('names', 1 / (1 + np.exp(-names[:, 3])))
report('trees', across_folds(fit_trees, lambda trees, rows: trees.predict(xgboost.DMatrix(table[rows]))))
